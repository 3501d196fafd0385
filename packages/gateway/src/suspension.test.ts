import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { LocalIdentifyGate } from './testing/local-identify-gate.ts';
import { discordWith, send, shardOf } from './testing/shard-fixture.ts';

describe('a paused shard', () => {
  it('hands on not one more of the dispatches that came together', async () => {
    const discord = await discordWith();
    const sequences: number[] = [];
    let limit = Infinity;
    const { ready, shard } = shardOf(discord, {
      sink: ({ sequence }, confirm) => {
        sequences.push(sequence);
        confirm();
        if (sequences.length >= limit) shard.pause('full');
      },
    });
    await ready();
    const total = sequences.length + 60;
    limit = sequences.length;
    send(discord, 60);
    while (sequences.length < total) {
      limit += 3;
      shard.resume('full');
      await waitFor(() => shard.status().pauses.includes('full'), { what: 'the next pause' });
      expect(sequences).toHaveLength(limit);
    }
    shard.resume('full');
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(discord.gateway.statistics.connectionsOpened).toBe(1);
  });

  it('reads nothing and stays connected; resumed it reads all', async () => {
    const discord = await discordWith();
    const { ready, numbers, receives, shard } = shardOf(discord);
    await ready();
    shard.pause('test');
    const sent = send(discord, 50);
    const beats = discord.gateway.statistics.heartbeats;
    // Five heartbeats: a connection taken for a zombie would be gone by then.
    await waitFor(() => discord.gateway.statistics.heartbeats > beats + 5, { what: 'heartbeats', timeoutMs: 10_000 });
    expect(numbers()).toEqual([]);
    expect(shard.status()).toMatchObject({ state: 'ready', pauses: ['test'] });
    shard.resume('test');
    await receives(sent);
    expect(numbers()).toEqual(sent);
    expect(discord.gateway.statistics.connectionsOpened).toBe(1);
  });

  it('past its limit disconnects resumably, and resumes only when no reason to pause is left', async () => {
    const discord = await discordWith();
    const { ready, reaches, told, numbers, receives, shard } = shardOf(discord, { pauseLimitMs: 50 });
    await ready();
    shard.pause('one');
    shard.pause('two');
    const sent = send(discord, 50);
    await reaches('suspended');
    expect(told('suspended')).toMatchObject([{ shardId: 0, pauses: ['one', 'two'] }]);
    shard.resume('one');
    sent.push(...send(discord, 50));
    await waitFor(() => discord.gateway.sessions()[0]?.state === 'detached', { what: 'the connection to end' });
    expect(discord.gateway.statistics).toMatchObject({ closesByClient: { 4200: 1 }, connectionsOpened: 1 });
    expect(shard.status().state).toBe('suspended');
    shard.resume('two');
    await receives(sent);
    expect(numbers()).toEqual(sent);
    expect(shard.status()).toMatchObject({
      identifies: 1,
      resumes: 1,
      resumeReason: '4200 nothing was read for 50 ms',
    });
  });

  it('that loses its connection opens no other before it is resumed', async () => {
    const discord = await discordWith();
    const { ready, reaches, numbers, receives, shard } = shardOf(discord);
    await ready();
    shard.pause('test');
    discord.gateway.disconnect({});
    const sent = send(discord, 50);
    await reaches('suspended');
    expect(discord.gateway.statistics.connectionsOpened).toBe(1);
    shard.resume('test');
    await receives(sent);
    expect(numbers()).toEqual(sent);
    expect(shard.status().resumes).toBe(1);
  });

  it('from the beginning does not connect, and can be stopped', async () => {
    const discord = await discordWith();
    const { reaches, running, shard } = shardOf(discord, { pause: 'test' });
    await reaches('suspended');
    shard.stop();
    await running;
    expect(shard.status()).toMatchObject({ state: 'stopped', identifies: 0 });
    expect(discord.gateway.statistics.connectionsOpened).toBe(0);
  });

  it('that waits for its turn to identify gives it back', async () => {
    const discord = await discordWith();
    const gate = new LocalIdentifyGate(1, { windowMs: 60_000 });
    let turns = 0;
    const { reaches, shard } = shardOf(discord, {
      identifyGate: {
        enter: (id, signal) => {
          turns += 1;
          shard.pause('test');
          return gate.enter(id, signal);
        },
      },
    });
    await reaches('suspended');
    expect(discord.gateway.statistics.connectionsOpened).toBe(0);
    // Its turn again within the window, and paused again.
    shard.resume('test');
    await waitFor(() => turns === 2, { what: 'its second turn' });
    await reaches('suspended');
    shard.stop();
    await reaches('stopped');
  });

  it('in its handshake completes it first', async () => {
    const discord = await discordWith();
    const { ready, receives, numbers, shard, received } = shardOf(discord, {
      identifyGate: {
        enter: async () => ({ identified: () => shard.pause('test'), abandoned: () => undefined }),
      },
    });
    await ready();
    expect(received.map(({ name }) => name)).toContain('READY');
    const sent = send(discord, 5);
    shard.resume('test');
    await receives(sent);
    expect(numbers()).toEqual(sent);
    expect(discord.gateway.statistics.connectionsOpened).toBe(1);
  });
});

it('a replay larger than what may be unconfirmed comes through in pieces, each of which ends in a suspension', async () => {
  const discord = await discordWith();
  const total = 2_000;
  const sequences: number[] = [];
  let unconfirmed: (() => void)[] = [];
  const { ready, reaches, shard, told } = shardOf(discord, {
    pauseLimitMs: 20,
    sink: ({ sequence }, confirm) => {
      sequences.push(sequence);
      unconfirmed.push(confirm);
      if (unconfirmed.length >= 400) shard.pause('full');
    },
  });
  await ready();
  shard.pause('outage');
  send(discord, total, 2_000);
  await reaches('suspended');
  shard.resume('outage');
  const cursors: number[] = [];
  while (sequences.length < total) {
    await waitFor(() => shard.status().state === 'suspended' || sequences.length >= total, { what: 'a suspension' });
    for (const confirm of unconfirmed) confirm();
    unconfirmed = [];
    cursors.push(shard.status().confirmed ?? 0);
    shard.resume('full');
    await waitFor(() => shard.status().state !== 'suspended', { what: 'another attempt' });
  }
  expect(cursors.length).toBeGreaterThan(3);
  expect(cursors).toEqual([...new Set(cursors)].toSorted((a, b) => a - b));
  expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  expect(told('session-lost')).toEqual([]);
  expect(told('gap')).toEqual([]);
});
