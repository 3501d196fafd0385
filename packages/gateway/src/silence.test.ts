import { waitFor } from '@arrakis/testkit';
import { expect, it } from 'vitest';
import { discordWith, send, shardOf } from './testing/shard-fixture.ts';

it('a busy shard that goes deaf while its heartbeats are acknowledged resumes, and then gives its session up', async () => {
  const discord = await discordWith({ heartbeatIntervalMs: 40, sendLimit: { count: 100_000 } });
  const { shard, ready, told, numbers } = shardOf(discord, {
    silence: { memory: 60, experience: 60, cooldown: 1_000 },
  });
  await ready();
  const traffic = setInterval(() => send(discord), 5);
  const beats = () => discord.gateway.statistics.heartbeats;
  try {
    await waitFor(() => beats() > 80, { what: 'eighty heartbeats', timeoutMs: 15_000 });
  } finally {
    clearInterval(traffic);
  }
  expect(told('silent')).toEqual([]);
  const [session] = discord.gateway.sessions();
  await waitFor(() => shard.status().identifies === 2 && shard.status().state === 'ready', {
    what: 'a new session',
    timeoutMs: 15_000,
  });
  const { sessionId } = session ?? {};
  expect(told('silent')).toMatchObject([
    { shardId: 0, sessionId, action: 'resume' },
    { shardId: 0, sessionId, action: 'identify' },
  ]);
  expect(told('session-lost')).toMatchObject([
    { sessionId, reason: expect.stringMatching(/acknowledged \d+ heartbeats/) },
  ]);
  const ends = told('disconnected').filter(({ reason }) => reason.includes('sent nothing else'));
  expect(ends).toHaveLength(2);
  const sent = send(discord, 3);
  await waitFor(() => numbers().at(-1) === sent.at(-1), { what: 'the events of the new session' });
});
