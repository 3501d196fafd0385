import { Redis } from 'ioredis';

/** How the values of each type are read. */
const readers: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
  set: (redis, key) => redis.smembers(key),
  zset: (redis, key) => redis.zrange(key, '0', '-1', 'WITHSCORES'),
};

/**
 * Every key of a Redis with its value, whoever it belongs to, as texts.
 * @throws Error for a type that is not read here.
 */
export async function redisContents(url: string): Promise<string[]> {
  const redis = new Redis(url);
  const contents: string[] = [];
  try {
    for await (const keys of redis.scanStream({ count: 500 })) {
      if (!Array.isArray(keys)) continue;
      contents.push(...(await Promise.all(keys.map((key) => contentOf(redis, String(key))))));
    }
    return contents;
  } finally {
    redis.disconnect();
  }
}

async function contentOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  // It has expired meanwhile.
  if (type === 'none') return key;
  const reader = readers[type];
  if (reader === undefined) throw new Error(`${key} is a ${type}`);
  return `${key} ${JSON.stringify(await reader(redis, key))}`;
}
