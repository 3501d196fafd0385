import { connect, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { encodeEvent, type EventMessage } from '@arrakis/protocol';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { PublishStream } from './publish-stream.ts';

const text = fc.string({ unit: 'binary', maxLength: 60 });
const traceparent = fc.stringMatching(/^[0-9a-f-]{0,55}$/);
const snowflake = fc.option(fc.stringMatching(/^\d{1,20}$/), { nil: undefined });
const message = fc
  .record({
    id: text,
    type: text,
    applicationId: text,
    priority: fc.nat(10),
    shard: fc.nat(),
    sequence: fc.nat(Number.MAX_SAFE_INTEGER),
    receivedAt: fc.nat(4_000_000_000_000),
    traceparent,
    guildId: snowflake,
    userId: snowflake,
    // Bodies of none, one and several frames.
    body: fc.oneof(fc.nat(2_000), fc.nat(400_000)).map((length) => Buffer.alloc(length, 'body ')),
  })
  .map(({ guildId, userId, ...event }) =>
    encodeEvent({ ...event, ...(guildId !== undefined && { guildId }), ...(userId !== undefined && { userId }) }),
  );

it('writes what amqplib would write', async () => {
  const messages = fc.sample(message, { numRuns: 200, seed: 1 });
  const model = await connect((await testServices()).rabbitmqUrl);
  onTestFinished(() => model.close());
  const channel = await model.createConfirmChannel();
  const exchange = uniqueNamespace();
  await channel.assertExchange(exchange, 'fanout', { autoDelete: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, '');
  const arrived: ConsumeMessage[] = [];
  await channel.consume(queue, (delivery) => delivery !== null && arrived.push(delivery), { noAck: true });

  for (const each of messages) publish(channel, exchange, each);
  await channel.waitForConfirms();
  const stream = new PublishStream(await model.createConfirmChannel(), exchange);
  for (const each of messages) stream.publish(each);

  await waitFor(() => arrived.length === messages.length * 2, { what: 'all messages' });
  for (const [index, each] of messages.entries()) {
    const [expected, actual] = [arrived[index], arrived[messages.length + index]];
    expect(actual?.properties).toEqual(expected?.properties);
    expect(actual?.fields.routingKey).toBe(each.routingKey);
    expect(actual?.content.equals(each.body)).toBe(true);
  }
});

function publish(channel: ConfirmChannel, exchange: string, { routingKey, body, properties }: EventMessage): void {
  channel.publish(exchange, routingKey, body, { ...properties, mandatory: true });
}
