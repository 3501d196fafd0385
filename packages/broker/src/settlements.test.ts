import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Settlements } from './settlements.ts';

const messages = 600;
const prefetch = 50;

let connection: ChannelModel;
let channel: Channel;
let queue: string;
let failures: unknown[];

beforeEach(async () => {
  queue = `${uniqueNamespace()}.settlements`;
  failures = [];
  connection = await connect((await testServices()).rabbitmqUrl);
  const publisher = await connection.createConfirmChannel();
  await publisher.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  for (let index = 0; index < messages; index += 1) publisher.sendToQueue(queue, Buffer.from(String(index)));
  await publisher.waitForConfirms();
  channel = await connection.createChannel();
  channel.on('error', (cause) => failures.push(cause));
  await channel.prefetch(prefetch);
});

afterEach(async () => {
  // A consumer would be told that its queue is gone.
  await channel.close();
  const cleaner = await connection.createChannel();
  await cleaner.deleteQueue(queue);
  await connection.close();
});

/** Consumes with `settle`, and tells how often each message has come. */
async function consume(
  settle: (settlements: Settlements, message: ConsumeMessage, times: number) => unknown,
): Promise<Map<string, number>> {
  const settlements = new Settlements(channel);
  const times = new Map<string, number>();
  await channel.consume(queue, (message) => {
    if (message === null) throw new Error('cancelled');
    const body = message.content.toString();
    const count = (times.get(body) ?? 0) + 1;
    times.set(body, count);
    settle(settlements, message, count);
  });
  return times;
}

/** Has the broker deliver again what it does not know to be settled; what it has meanwhile done is done before. */
async function recover(): Promise<void> {
  await channel.recover();
  await waitFor(async () => (await channel.checkQueue(queue)).messageCount === 0, { what: 'an empty queue' });
}

describe('settlements', () => {
  it('settle each message once, in whatever order and however it ends', async () => {
    let acknowledged = 0;
    const times = await consume(async (settlements, { content, fields: { deliveryTag } }, count) => {
      const index = Number(content.toString());
      // Some at once, some in the same turn, some after those behind them.
      if (index % 3 > 0) await delay((index * 7) % 13);
      const again = index % 5 === 0 && count < 3;
      if (again) settlements.requeue(deliveryTag);
      else settlements.ack(deliveryTag);
      acknowledged += again ? 0 : 1;
    });
    await waitFor(() => acknowledged === messages || failures.length > 0, { what: 'all messages' });
    await recover();
    expect(failures).toEqual([]);
    expect(acknowledged).toBe(messages);
    for (const [body, count] of times) expect(count, body).toBe(Number(body) % 5 === 0 ? 3 : 1);
  });

  it('leave the message alone that is not settled, whatever comes after it', async () => {
    const times = await consume((settlements, { content, fields: { deliveryTag } }) => {
      if (content.toString() !== '10') settlements.ack(deliveryTag);
    });
    await waitFor(() => times.size === messages, { what: 'all messages' });
    await recover();
    await waitFor(() => times.get('10') === 2, { what: 'the message that was not settled' });
    expect([...times.values()].filter((count) => count > 1)).toEqual([2]);
  });

  it('are written at once when they are asked to be', async () => {
    const times = await consume((settlements, { fields: { deliveryTag } }) => {
      settlements.ack(deliveryTag);
      settlements.flush();
    });
    await waitFor(() => times.size === messages, { what: 'all messages' });
    await recover();
    expect([...times.values()].filter((count) => count > 1)).toEqual([]);
    expect(failures).toEqual([]);
  });

  it('write nothing once they are closed', async () => {
    const times = await consume((settlements, { fields: { deliveryTag } }) => {
      // What was settled before the end is not written after it.
      settlements.ack(deliveryTag);
      settlements.close();
      settlements.ack(deliveryTag);
      settlements.flush();
    });
    await waitFor(() => times.size === prefetch, { what: 'as many as may be unsettled' });
    // What would have been acknowledged by now would have made room for others.
    const { messageCount } = await channel.checkQueue(queue);
    expect(messageCount).toBe(messages - prefetch);
    expect(times.size).toBe(prefetch);
    expect(failures).toEqual([]);
  });
});
