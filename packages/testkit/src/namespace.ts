import { randomBytes } from 'node:crypto';
import { topologyIn } from '@arrakis/protocol';
import { testServices, type TestServices } from './test-services.ts';

const handedOut = new Set<string>();

/**
 * A name that nobody else uses, as the first segment of queue and exchange names and as part of Redis keys. After the
 * last test of the file, everything that `topologyIn` names below it and every Redis key that contains it is deleted;
 * a test that declares further queues makes them exclusive.
 */
export function uniqueNamespace(): string {
  const name = `t${randomBytes(4).toString('hex')}`;
  handedOut.add(name);
  return name;
}

/** Deletes what tests have left in the namespaces of this test file. */
export async function cleanNamespaces(): Promise<void> {
  if (handedOut.size === 0) return;
  const names = [...handedOut];
  handedOut.clear();
  await removeNamespaces(names, await testServices());
}

/** Deletes everything that `topologyIn` names below these names, and every Redis key that contains one of them. */
export async function removeNamespaces(
  names: readonly string[],
  { rabbitmqUrl, redisUrl }: TestServices,
): Promise<void> {
  await Promise.all([deleteTopologies(rabbitmqUrl, names), deleteKeys(redisUrl, names)]);
}

async function deleteTopologies(url: string, names: readonly string[]): Promise<void> {
  const { connect } = await import('amqplib');
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    for (const { queues, exchanges } of names.map(topologyIn)) {
      await Promise.all([
        ...queues.map((queue) => channel.deleteQueue(queue.name)),
        ...exchanges.map((exchange) => channel.deleteExchange(exchange.name)),
      ]);
    }
  } finally {
    await connection.close();
  }
}

async function deleteKeys(url: string, names: readonly string[]): Promise<void> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url);
  try {
    for (const name of names) {
      for await (const keys of redis.scanStream({ match: `*${name}*`, count: 1_000 })) {
        if (isKeys(keys)) await redis.unlink(keys);
      }
    }
  } finally {
    redis.disconnect();
  }
}

function isKeys(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0;
}
