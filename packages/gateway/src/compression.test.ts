import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { discordWith, send, shardOf } from './testing/shard-fixture.ts';

/** Heartbeats are not what is looked at: a busy machine may be late for quick ones. */
const slowHeartbeats = { heartbeatIntervalMs: 10_000 };

describe.each(['none', 'zlib-stream', 'zstd-stream'] as const)('a shard with compression %s', (compression) => {
  it('receives everything and resumes with the same', async () => {
    const discord = await discordWith(slowHeartbeats);
    const { ready, receives, numbers, shard } = shardOf(discord, { compression });
    await ready();
    const sent = [...send(discord, 200), ...send(discord, 2, 200_000)];
    await receives(sent);
    discord.gateway.disconnect({});
    sent.push(...send(discord, 200));
    await receives(sent);
    expect(numbers()).toEqual(sent);
    expect(shard.status()).toMatchObject({ identifies: 1, resumes: 1 });
  });

  it('resumes with a fresh context after a message that cannot be read', async () => {
    const discord = await discordWith(slowHeartbeats);
    const { ready, receives, numbers, shard } = shardOf(discord, { compression });
    await ready();
    const sent = send(discord, 20);
    await receives(sent);
    discord.gateway.sendRaw({}, Buffer.from('00ff00ff0000ffff', 'hex'));
    sent.push(...send(discord, 20));
    await waitFor(() => shard.status().resumes === 1, { what: 'a RESUME' });
    await receives(sent);
    expect(numbers()).toEqual(sent);
    expect(discord.gateway.statistics.closesByClient).toEqual({ 4200: 1 });
  });
});
