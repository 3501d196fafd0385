import { randomBytes } from 'node:crypto';
import { gatewayCommandQueue, topologyIn } from '@arrakis/protocol';
import { testServices, type TestServices } from './test-services.ts';

const handedOut = new Set<string>();
const furtherQueues = new Set<string>();

/**
 * A name that nobody else uses, as the first segment of queue and exchange names and as part of Redis keys. After the
 * last test of the file, everything that `topologyIn` names below it, the command queues of its fleets and every Redis
 * key that contains it are deleted; a test that declares further queues makes them exclusive or names them to
 * {@link deleteAfterTests}.
 */
export function uniqueNamespace(): string {
  const name = `t${randomBytes(4).toString('hex')}`;
  handedOut.add(name);
  return name;
}

/** Has a queue deleted after the last test of the file. */
export function deleteAfterTests(queue: string): void {
  furtherQueues.add(queue);
}

/** Deletes what tests have left in the namespaces of this test file. */
export async function cleanNamespaces(): Promise<void> {
  if (handedOut.size === 0) return;
  const names = [...handedOut];
  const queues = [...furtherQueues];
  handedOut.clear();
  furtherQueues.clear();
  const services = await testServices();
  await deleteQueues(services.rabbitmqUrl, queues);
  await removeNamespaces(names, services);
}

/**
 * Deletes everything that `topologyIn` names below these names, the command queues of fleets that have shared shards
 * there, and every Redis key that contains one of the names.
 */
export async function removeNamespaces(
  names: readonly string[],
  { rabbitmqUrl, redisUrl }: TestServices,
): Promise<void> {
  // Redis knows the fleets.
  await deleteQueues(rabbitmqUrl, await commandQueues(redisUrl, names));
  await Promise.all([deleteTopologies(rabbitmqUrl, names), deleteKeys(redisUrl, names)]);
}

/** The queues in which the shards of the fleets in these namespaces have had their commands. */
async function commandQueues(url: string, namespaces: readonly string[]): Promise<string[]> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url);
  const found: string[] = [];
  try {
    for (const namespace of namespaces) {
      for (const key of await redis.keys(`${namespace}:{*}:fleet`)) {
        const applicationId = /\{(\d+)\}/.exec(key)?.[1] ?? '';
        const count = Number(await redis.hget(key, 'count'));
        for (let shardId = 0; shardId < count; shardId += 1) {
          found.push(gatewayCommandQueue(namespace, { applicationId, shardId }).name);
        }
      }
    }
    return found;
  } finally {
    redis.disconnect();
  }
}

async function deleteQueues(url: string, queues: readonly string[]): Promise<void> {
  if (queues.length === 0) return;
  const { connect } = await import('amqplib');
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    // Deleting what is not there succeeds.
    await Promise.all(queues.map((queue) => channel.deleteQueue(queue)));
  } finally {
    await connection.close();
  }
}

async function deleteTopologies(url: string, names: readonly string[]): Promise<void> {
  const { connect } = await import('amqplib');
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    for (const { queues, exchanges } of names.map((name) => topologyIn(name))) {
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
