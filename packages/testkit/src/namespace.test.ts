import { randomUUID } from 'node:crypto';
import { gatewayCommandQueue, topologyIn } from '@arrakis/protocol';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { cleanNamespaces, deleteAfterTests, uniqueNamespace } from './namespace.ts';
import { testServices } from './test-services.ts';

test('what a test leaves below its namespace is deleted, and nothing else', async () => {
  const { rabbitmqUrl, redisUrl } = await testServices();
  const name = uniqueNamespace();
  const unrelated = `unrelated-${randomUUID()}`;
  const connection = await connect(rabbitmqUrl);
  const channel = await connection.createChannel();
  const redis = new Redis(redisUrl);
  for (const { name: exchange, type } of topologyIn(name).exchanges) {
    await channel.assertExchange(exchange, type);
  }
  for (const queue of topologyIn(name).queues) {
    await channel.assertQueue(queue.name, { arguments: { ...queue.arguments } });
  }
  const commands = [0, 1].map((shardId) => gatewayCommandQueue(name, { applicationId: '100', shardId }).name);
  const further = `${name}.further`;
  for (const queue of [...commands, further]) await channel.assertQueue(queue);
  deleteAfterTests(further);
  await redis.hset(`${name}:{100}:fleet`, 'count', 2);
  await redis.set(`arrakis:{${name}}:session:0`, '1', 'EX', 60);
  await redis.set(unrelated, '1', 'EX', 60);

  await cleanNamespaces();

  expect(await redis.exists(`arrakis:{${name}}:session:0`)).toBe(0);
  expect(await redis.exists(unrelated)).toBe(1);
  await redis.del(unrelated);
  redis.disconnect();
  await connection.close();
  for (const queue of [...topologyIn(name).queues.map((defined) => defined.name), ...commands, further]) {
    expect(await exists(rabbitmqUrl, queue)).toBe(false);
  }
});

async function exists(url: string, queue: string): Promise<boolean> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.checkQueue(queue);
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
