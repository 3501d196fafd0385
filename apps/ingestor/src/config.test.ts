import { describe, expect, it } from 'vitest';
import { loadIngestorSettings } from './config.ts';

const token = `${Buffer.from('100000000000000001').toString('base64')}.abcdef.${'x'.repeat(27)}`;
const complete = { DISCORD_TOKEN: token, RABBITMQ_URL: 'amqp://localhost', REDIS_URL: 'redis://localhost' };

describe('the settings of the ingestor', () => {
  it('have defaults for all but the three that nobody can guess', () => {
    expect(loadIngestorSettings(complete)).toMatchObject({
      SHARD_COUNT: 'auto',
      DISCORD_API_URL: 'https://discord.com/api/v10',
      DISCORD_INTENTS: 1 + 2 + 4,
      DISCORD_COMPRESSION: 'none',
      ARRAKIS_NAMESPACE: 'arrakis',
    });
  });

  it('take shard ids as ranges, and intents as names or a number', () => {
    const settings = loadIngestorSettings({
      ...complete,
      SHARD_IDS: '0-2, 8',
      SHARD_COUNT: '16',
      DISCORD_INTENTS: 'Guilds, GUILD_MEMBERS',
    });
    expect(settings).toMatchObject({ SHARD_IDS: [0, 1, 2, 8], SHARD_COUNT: 16, DISCORD_INTENTS: 3 });
    expect(loadIngestorSettings({ ...complete, DISCORD_INTENTS: '513' }).DISCORD_INTENTS).toBe(513);
  });

  it('name no shard beyond the last', () => {
    const load = (ids: string, count: string) =>
      loadIngestorSettings({ ...complete, SHARD_IDS: ids, SHARD_COUNT: count });
    expect(load('0-15', '16').SHARD_IDS).toHaveLength(16);
    expect(load('0-16', 'auto').SHARD_IDS).toHaveLength(17);
    expect(() => load('0,16', '16')).toThrow(/SHARD_IDS cannot be used: it names 16, but with 16 shards .* is 15/);
  });

  it('that are wrong are all named at once, with what is expected, and no value is repeated', () => {
    const load = () =>
      loadIngestorSettings({
        DISCORD_TOKEN: 'hunter2',
        SHARD_COUNT: 'many',
        DISCORD_INTENTS: 'Gilds',
        DISCORD_COMPRESSION: 'zlib',
        SHARD_IDS: '3-1',
      });
    expect(load).toThrow(/DISCORD_TOKEN cannot be used: expected/);
    for (const name of [
      'RABBITMQ_URL is missing',
      'REDIS_URL is missing',
      'SHARD_COUNT',
      'SHARD_IDS',
      'DISCORD_INTENTS',
      'DISCORD_COMPRESSION cannot be used: expected none, zlib-stream or zstd-stream',
    ]) {
      expect(load).toThrow(name);
    }
    expect(load).toThrow(/for example amqp:/);
    expect(load).toThrow(/DISCORD_INTENTS cannot be used: expected a number, or names/);
    expect(load).not.toThrow(/hunter2|Gilds/);
  });
});
