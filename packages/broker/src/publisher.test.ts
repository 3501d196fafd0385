import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Broker, type OutgoingMessage } from './index.ts';

let broker: Broker;

beforeEach(async () => {
  const { rabbitmqUrl: url } = await testServices();
  broker = new Broker({ url, namespace: uniqueNamespace(), connectionName: 'test' });
});
afterEach(() => broker.close());

function deadLetter(messageId: string, properties: object = {}): OutgoingMessage {
  const routingKey = broker.names.deadLetters;
  return { exchange: '', routingKey, body: Buffer.from('x'), properties: { messageId, ...properties } };
}

async function connected() {
  const { publisher } = broker;
  await waitFor(() => broker.whyNotReady() === undefined, { what: 'the broker' });
  return publisher;
}

it('the same message published again while its confirm is still to come is written once', async () => {
  const publisher = await connected();
  const message = deadLetter('once');
  await Promise.all([publisher.publish(message), publisher.publish(message), publisher.publish(message)]);
  const depths = await waitFor(() => broker.queueDepths(), { what: 'the depths' });
  expect(depths.get(broker.names.deadLetters)?.ready).toBe(1);
});

it('another message of the same id waits its turn', async () => {
  const publisher = await connected();
  const first = publisher.publish(deadLetter('same'));
  await expect(publisher.publish(deadLetter('same'))).rejects.toMatchObject({ kind: 'unconfirmed', retryable: true });
  await first;
  await publisher.publish(deadLetter('same'));
});

it('says what is wrong: nowhere to go, nothing to be encoded, nobody there', async () => {
  const publisher = await connected();
  const lost = { ...deadLetter('lost'), routingKey: 'no such queue' };
  await expect(publisher.publish(lost)).rejects.toMatchObject({ kind: 'unroutable', retryable: true });
  const large = deadLetter('large', { headers: { large: 'x'.repeat(100_000) } });
  await expect(publisher.publish(large)).rejects.toMatchObject({ kind: 'unencodable', retryable: false });
  publisher.block(true);
  await expect(publisher.publish(deadLetter('blocked'))).rejects.toMatchObject({ kind: 'disconnected' });
  publisher.block(false);
  await publisher.publish(deadLetter('after'));
});
