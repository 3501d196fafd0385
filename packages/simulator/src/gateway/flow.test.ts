import { setImmediate } from 'node:timers/promises';
import { GatewayCloseCodes as Code } from 'discord-api-types/v10';
import { describe, expect, test, vi } from 'vitest';
import { connect, login, simulatorForTest } from '../testing/fixture.ts';

const kilobyte = 'x'.repeat(1024);

describe('a burst', () => {
  test('reaches the client whole and in order', async () => {
    const { discord, applicationId } = await simulatorForTest({ guilds: 0 });
    const { client } = await login(discord);
    await discord.gateway.burst({
      applicationId,
      count: 20_000,
      type: 'NUMBERED',
      data: (index) => ({ index }),
    });
    await client.until(() => client.frames.length === 20_002);
    expect(client.dispatches.every((frame, at) => frame.s === at + 1)).toBe(true);
    expect(client.dispatches.at(-1)?.d).toEqual({ index: 19_999 });
  });

  test('goes to the shard that is named, or to the shard of the guild', async () => {
    const { discord, applicationId } = await simulatorForTest({ guilds: 0, gateway: { maxConcurrency: 2 } });
    const { client: zero } = await login(discord, { identify: { shard: [0, 2] } });
    const { client: one } = await login(discord, { identify: { shard: [1, 2] } });
    const burst = { applicationId, count: 3, type: 'HERE', data: () => ({}) };
    await discord.gateway.burst({ ...burst, shardId: 1 });
    await discord.gateway.burst({ ...burst, guildId: String(7n << 22n) });
    await one.until(() => one.types.length === 7);
    expect(zero.types).toEqual(['READY']);
  });

  test('keeps to a rate', async () => {
    const { discord, applicationId } = await simulatorForTest({ guilds: 0 });
    await login(discord);
    const startMs = performance.now();
    await discord.gateway.burst({ applicationId, count: 100, type: 'SLOW', data: () => ({}), ratePerSecond: 500 });
    expect(performance.now() - startMs).toBeGreaterThan(190);
  });

  test('longer than the replay buffer waits for a client that does not read, and loses nothing', async () => {
    const { discord, applicationId } = await simulatorForTest({
      guilds: 0,
      gateway: { replayBufferSize: 1000, socketBacklogBytes: 65_536 },
    });
    const { client } = await login(discord);
    client.webSocket.pause();
    // More than the kernel's socket buffers take in.
    const count = 30_000;
    let settled = false;
    const burst = discord.gateway
      .burst({ applicationId, count, type: 'NUMBERED', data: (index) => ({ index, kilobyte }) })
      .finally(() => (settled = true));
    const undelivered = (): number => {
      const [session] = discord.gateway.sessions();
      return (session?.sequence ?? 0) - (session?.deliveredSequence ?? 0);
    };
    await vi.waitFor(() => expect(undelivered()).toBeGreaterThan(500), { timeout: 10_000 });
    expect(settled).toBe(false);
    expect(undelivered()).toBeLessThan(1000);
    client.webSocket.resume();
    await burst;
    await client.until(() => client.frames.length === count + 2);
    expect(client.dispatches.every((frame, at) => frame.s === at + 1)).toBe(true);
  });

  test('ends at its deadline when the client never reads', async () => {
    const { discord, applicationId } = await simulatorForTest({
      guilds: 0,
      gateway: { replayBufferSize: 100, socketBacklogBytes: 65_536 },
    });
    const { client } = await login(discord);
    client.webSocket.pause();
    const burst = discord.gateway.burst({
      applicationId,
      count: 100_000,
      type: 'NUMBERED',
      data: () => ({ kilobyte }),
      timeoutMs: 300,
    });
    await expect(burst).rejects.toThrow(/timeout/i);
  });
});

test('a client that falls behind by more than the replay buffer is closed with 4000 and cannot resume', async () => {
  const { discord, applicationId } = await simulatorForTest({
    guilds: 0,
    gateway: { replayBufferSize: 100, socketBacklogBytes: 65_536 },
  });
  const { client, sessionId, token } = await login(discord);
  client.webSocket.pause();
  const dispatch = (): void =>
    discord.gateway.dispatch({ applicationId, guildId: null, type: 'MANY', data: { kilobyte } });
  while (discord.gateway.sessions()[0]?.state === 'connected') {
    for (let index = 0; index < 1000; index += 1) dispatch();
    await setImmediate();
  }
  expect(discord.gateway.statistics.closesByGateway).toEqual({ [Code.UnknownError]: 1 });
  const next = connect(discord.gatewayUrl);
  await next.resume(token, { id: sessionId, sequence: 1 });
  expect((await next.frame((frame) => frame.op === 9)).d).toBe(false);
});

test('a silent connection keeps its events in the replay buffer and does not hold up a burst', async () => {
  const { discord, applicationId } = await simulatorForTest({ guilds: 0 });
  const { client } = await login(discord);
  discord.gateway.silence({}, true);
  await discord.gateway.burst({ applicationId, count: 1000, type: 'LATER', data: () => ({}) });
  expect(client.types).toEqual(['READY']);
  discord.gateway.silence({}, false);
  await client.until(() => client.types.length === 1001);
});

test('a thousand shards are logged in and each gets its own events', async () => {
  const shards = 1000;
  const { discord, token, applicationId } = await simulatorForTest({
    guilds: 0,
    gateway: { maxConcurrency: shards, sessionStartLimit: { total: shards } },
  });
  const clients = Array.from({ length: shards }, () => connect(discord.gatewayUrl));
  await Promise.all(clients.map((client, shard) => client.login(token, { shard: [shard, shards] })));
  for (let shard = 0; shard < shards; shard += 1) {
    const guildId = String(BigInt(shard) << 22n);
    discord.gateway.dispatch({ applicationId, guildId, type: 'FOR', data: { shard } });
  }
  const events = await Promise.all(clients.map((client) => client.dispatch('FOR')));
  expect(events.map(({ d }) => d)).toEqual(clients.map((_, shard) => ({ shard })));
});
