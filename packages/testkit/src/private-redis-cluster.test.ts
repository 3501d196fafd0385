import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { PrivateRedisCluster } from './private-redis-cluster.ts';
import { waitFor } from './wait-for.ts';

async function ask(url: string, ...command: [string, ...string[]]): Promise<string> {
  const redis = new Redis(url);
  try {
    return String(await redis.call(...command));
  } catch (error) {
    return String(error);
  } finally {
    redis.disconnect();
  }
}

test('a cluster keeps each key on one of its masters, and has another when that one is gone', async () => {
  await using cluster = await PrivateRedisCluster.start();
  const master = await cluster.masterOf('{1}:key');
  expect(await ask(master, 'SET', '{1}:key', 'value')).toBe('OK');
  const survivor = cluster.urls.find((url) => url !== master) ?? '';
  expect(await ask(survivor, 'GET', '{1}:key')).toContain('MOVED');
  expect(await ask(master, 'WAIT', '1', '5000')).toBe('1');
  await cluster.end(master);
  const elected = async () => (await cluster.masterOf('{1}:key', survivor)) !== master;
  await waitFor(elected, { what: 'an election' });
  expect(await ask(await cluster.masterOf('{1}:key', survivor), 'GET', '{1}:key')).toBe('value');
}, 30_000);
