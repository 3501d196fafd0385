import { GatewayCloseCodes as Code, GatewayOpcodes as Opcode } from 'discord-api-types/v10';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { connect, login, simulatorForTest } from '../testing/fixture.ts';
import type { Simulator } from '../simulator.ts';
import type { Frame } from '../testing/gateway-client.ts';

/** Dispatches NUMBERED events with `d.index` from `first` on, to shard 0. */
function number(discord: Simulator, first: number, count: number): void {
  const applicationId = discord.bots[0]?.applicationId ?? '';
  for (let index = first; index < first + count; index += 1) {
    discord.gateway.dispatch({ applicationId, guildId: null, type: 'NUMBERED', data: { index } });
  }
}

describe('a dispatch', () => {
  test("has Discord's own frame, byte for byte", async () => {
    const { discord, applicationId } = await simulatorForTest({ guilds: 0 });
    const { client } = await login(discord);
    const data = { text: 'ünï "c" \n', id: '1' };
    discord.gateway.dispatch({ applicationId, guildId: null, type: 'SOMETHING', data });
    await client.dispatch('SOMETHING');
    expect(client.texts.at(-1)).toBe(`{"t":"SOMETHING","s":2,"op":0,"d":{"text":"ünï \\"c\\" \\n","id":"1"}}`);
  });

  test('goes to the shard of its guild in each session, with sequences of their own', async () => {
    const { discord, applicationId } = await simulatorForTest({
      guilds: 0,
      gateway: { maxConcurrency: 2 },
    });
    const one = await login(discord, { identify: { shard: [0, 2] } });
    const two = await login(discord, { identify: { shard: [1, 2] } });
    for (const shard of [0n, 1n, 1n]) {
      const data = { shard: Number(shard) };
      discord.gateway.dispatch({ applicationId, guildId: guildOf(shard), type: 'HERE', data });
    }
    await two.client.until(() => two.client.types.length === 3);
    await one.client.dispatch('HERE');
    expect(two.client.dispatches.map((frame) => frame.s)).toEqual([1, 2, 3]);
    expect(one.client.types).toEqual(['READY', 'HERE']);
  });

  test('without a session counts as such', async () => {
    const { discord } = await simulatorForTest();
    const { dispatchesWithoutSession } = discord.gateway.statistics;
    number(discord, 0, 3);
    expect(discord.gateway.statistics.dispatchesWithoutSession).toBe(dispatchesWithoutSession + 3);
  });
});

/** A guild id of a shard, of two. */
function guildOf(shard: bigint): string {
  return String(((1000n + shard) << 22n) | 5n);
}

function indexOf(frame: Frame): number | undefined {
  return z.object({ index: z.number() }).safeParse(frame.d).data?.index;
}

describe('RESUME', () => {
  test('after a cut replays what was missed, then RESUMED, then what is new', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client, sessionId, token } = await login(discord);
    number(discord, 0, 3);
    await client.until(() => client.types.length === 4);
    client.cut();
    await vi.waitFor(() => expect(discord.gateway.sessions()).toMatchObject([{ state: 'detached' }]));
    number(discord, 3, 3);
    const next = connect(`${discord.gatewayUrl}/resume`);
    await next.resume(token, { id: sessionId, sequence: 3 });
    await next.dispatch('RESUMED');
    number(discord, 6, 1);
    await next.until(() => next.types.length === 6);
    expect(next.dispatches.map((frame) => [frame.s, frame.t, indexOf(frame)])).toEqual([
      [4, 'NUMBERED', 2],
      [5, 'NUMBERED', 3],
      [6, 'NUMBERED', 4],
      [7, 'NUMBERED', 5],
      [8, 'RESUMED', undefined],
      [9, 'NUMBERED', 6],
    ]);
    expect(discord.gateway.statistics).toMatchObject({ resumes: 1, resumesAtResumeUrl: 1 });
    expect(discord.gateway.sessions()).toMatchObject([{ resumes: 1, state: 'connected' }]);
  });

  test('may go back to any sequence, and a later one does not replay an earlier RESUMED', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client, sessionId, token } = await login(discord);
    number(discord, 0, 2);
    await client.until(() => client.types.length === 3);
    client.cut();
    for (const sequence of [0, 1, 2]) {
      const next = connect(discord.gatewayUrl);
      await next.resume(token, { id: sessionId, sequence });
      await next.dispatch('RESUMED');
      expect(next.types).toEqual(['READY', 'NUMBERED', 'NUMBERED', 'RESUMED'].slice(sequence));
      next.cut();
    }
  });

  test('on another connection takes the session over', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client, sessionId, token } = await login(discord);
    const next = connect(discord.gatewayUrl);
    await next.resume(token, { id: sessionId, sequence: 1 });
    await next.dispatch('RESUMED');
    expect(await client.closed()).toBe(Code.UnknownError);
    number(discord, 0, 1);
    await next.dispatch('NUMBERED');
    expect(discord.gateway.sessions()).toHaveLength(1);
  });

  test('works with the other compression, and after the client closed with 4000', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client, sessionId, token } = await login(discord);
    client.close(4000);
    await client.closed();
    const next = connect(discord.gatewayUrl, { compress: 'zlib-stream' });
    await next.resume(token, { id: sessionId, sequence: 1 });
    expect((await next.dispatch('RESUMED')).s).toBe(2);
  });

  test.each([1000, 1001])('is refused after the client closed with %i', async (code) => {
    const { discord } = await simulatorForTest();
    const { client, sessionId, token } = await login(discord);
    client.close(code);
    await client.closed();
    expect(discord.gateway.sessions()).toEqual([]);
    const next = connect(discord.gatewayUrl);
    await next.resume(token, { id: sessionId, sequence: 1 });
    expect((await next.op(Opcode.InvalidSession)).d).toBe(false);
    next.identify(token);
    await next.op(Opcode.InvalidSession, next.frames.length);
  });

  test('with a sequence that was never sent is closed with 4007 and ends the session', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client, sessionId, token } = await login(discord);
    const next = connect(discord.gatewayUrl);
    await next.resume(token, { id: sessionId, sequence: 2 });
    expect(await next.closed()).toBe(Code.InvalidSeq);
    expect(await client.closed()).toBe(Code.UnknownError);
    expect(discord.gateway.sessions()).toEqual([]);
  });

  test('is refused once the resume window is over', async () => {
    const { discord } = await simulatorForTest({ gateway: { resumeWindowMs: 50 } });
    const { client, sessionId, token } = await login(discord);
    client.cut();
    await vi.waitFor(() => expect(discord.gateway.sessions()).toEqual([]));
    const next = connect(discord.gatewayUrl);
    await next.resume(token, { id: sessionId, sequence: 1 });
    expect((await next.op(Opcode.InvalidSession)).d).toBe(false);
    expect(discord.gateway.statistics.resumesRefused).toBe(1);
  });

  test('is refused when what was missed is no longer buffered', async () => {
    const { discord } = await simulatorForTest({ guilds: 0, gateway: { replayBufferSize: 10 } });
    const { client, sessionId, token } = await login(discord);
    client.cut();
    await vi.waitFor(() => expect(discord.gateway.sessions()).toMatchObject([{ state: 'detached' }]));
    number(discord, 0, 11);
    expect(discord.gateway.sessions()).toMatchObject([{ buffered: 10, sequence: 12 }]);
    const next = connect(discord.gatewayUrl);
    await next.resume(token, { id: sessionId, sequence: 1 });
    expect((await next.op(Opcode.InvalidSession)).d).toBe(false);
    expect(discord.gateway.sessions()).toEqual([]);
  });

  test('reaches back to the last heartbeat only, when that is what the simulator is told', async () => {
    const { discord } = await simulatorForTest({
      guilds: 0,
      gateway: { trimReplayOnHeartbeat: true },
    });
    const { client, sessionId, token } = await login(discord);
    number(discord, 0, 3);
    await client.until(() => client.types.length === 4);
    client.send(Opcode.Heartbeat, 3);
    await client.op(Opcode.HeartbeatAck);
    const next = connect(discord.gatewayUrl);
    await next.resume(token, { id: sessionId, sequence: 3 });
    await next.dispatch('RESUMED');
    expect(next.types).toEqual(['NUMBERED', 'RESUMED']);
    const late = connect(discord.gatewayUrl);
    await late.resume(token, { id: sessionId, sequence: 2 });
    expect((await late.op(Opcode.InvalidSession)).d).toBe(false);
  });

  test("needs the token of the session's own bot", async () => {
    const { discord } = await simulatorForTest({ bots: 2 });
    const { sessionId } = await login(discord);
    const stranger = connect(discord.gatewayUrl);
    await stranger.resume(discord.bots[1]?.token ?? '', { id: sessionId, sequence: 1 });
    expect((await stranger.op(Opcode.InvalidSession)).d).toBe(false);
    const nobody = connect(discord.gatewayUrl);
    await nobody.resume('wrong', { id: sessionId, sequence: 1 });
    expect(await nobody.closed()).toBe(Code.AuthenticationFailed);
    expect(discord.gateway.sessions()).toMatchObject([{ state: 'connected', resumes: 0 }]);
  });
});

describe('op 9', () => {
  test('that is resumable leaves the session to a RESUME on the same connection', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client, sessionId, token } = await login(discord);
    discord.gateway.invalidateSession({ resumable: true });
    expect((await client.op(Opcode.InvalidSession)).d).toBe(true);
    number(discord, 0, 1);
    expect(client.types).toEqual(['READY']);
    client.send(Opcode.Resume, { token, session_id: sessionId, seq: 1 });
    await client.dispatch('RESUMED');
    expect(client.types).toEqual(['READY', 'NUMBERED', 'RESUMED']);
  });

  test('that is not ends the session; what belongs to it is then not authenticated', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    discord.gateway.invalidateSession({ resumable: false });
    expect((await client.op(Opcode.InvalidSession)).d).toBe(false);
    expect(discord.gateway.sessions()).toEqual([]);
    client.send(Opcode.RequestSoundboardSounds, { guild_ids: [] });
    expect(await client.closed()).toBe(Code.NotAuthenticated);
  });
});
