import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { PrivateRabbitmq, PrivateRedis } from './private-services.ts';
import { waitFor } from './wait-for.ts';

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { commandTimeout: 300, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

test.each(['stopped', 'killed'] as const)('Redis %s is gone, and has its data again after the start', async (how) => {
  await using server = await PrivateRedis.start();
  await withRedis(server.url, (redis) => redis.set('key', 'value'));
  await server.end(how);
  await expect(withRedis(server.url, (redis) => redis.get('key'))).rejects.toThrow(/closed/);
  await server.start();
  expect(await withRedis(server.url, (redis) => redis.get('key'))).toBe('value');
});

test('Redis can be started empty, and be frozen meanwhile', async () => {
  await using server = await PrivateRedis.start();
  await withRedis(server.url, (redis) => redis.set('key', 'value'));
  await server.freeze(true);
  await expect(withRedis(server.url, (redis) => redis.get('key'))).rejects.toThrow(/timed out/i);
  await server.freeze(false);
  expect(await withRedis(server.url, (redis) => redis.get('key'))).toBe('value');
  await server.end('killed');
  await server.start({ empty: true });
  expect(await withRedis(server.url, (redis) => redis.get('key'))).toBeNull();
});

test('RabbitMQ blocks publishers on an alarm, refuses what is too much, and has its messages again after being killed', async () => {
  await using server = await PrivateRabbitmq.start();
  const connection = await connect(server.url);
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  const namespace = 'kept';
  const queue = `${namespace}.queue`;
  const args = { 'x-queue-type': 'quorum', 'x-overflow': 'reject-publish', 'x-max-length': 1_000 };
  await channel.assertQueue(queue, { durable: true, arguments: args });
  let confirmed = 0;
  let refused = 0;
  const publish = () =>
    channel.sendToQueue(queue, Buffer.from('x'), { persistent: true }, (refusal) => {
      if (refusal) refused += 1;
      else confirmed += 1;
    });

  const blocked: string[] = [];
  connection.on('blocked', () => blocked.push('blocked'));
  connection.on('unblocked', () => blocked.push('unblocked'));
  await server.alarm(true);
  publish();
  await waitFor(() => blocked.length === 1, { what: 'being blocked' });
  await delay(100);
  expect(confirmed).toBe(0);
  await server.alarm(false);
  await waitFor(() => confirmed === 1, { what: 'the confirm' });
  expect(blocked).toEqual(['blocked', 'unblocked']);

  await server.limitQueues(namespace, 1);
  await waitFor(
    () => {
      publish();
      return refused > 0;
    },
    { what: 'a refusal' },
  );
  await server.limitQueues(namespace, undefined);
  const before = confirmed;
  await waitFor(
    () => {
      publish();
      return confirmed > before;
    },
    { what: 'a confirm without the limit' },
  );

  await server.end('killed');
  await server.start();
  await using again = await connectionTo(server.url);
  const reader = await again.connection.createChannel();
  // A quorum queue counts its messages once it has a leader again.
  await waitFor(async () => (await reader.checkQueue(queue)).messageCount >= confirmed, { what: 'the messages' });
}, 90_000);

async function connectionTo(url: string) {
  const connection = await connect(url);
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}
