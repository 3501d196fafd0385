import { connect, type ChannelModel } from 'amqplib';
import { encodeEvent, namesIn, topologyIn, type EventMessage } from '@arrakis/protocol';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Outbox } from './outbox.ts';
import { declareTopology } from './topology.ts';

function messageOf(id: string, body = Buffer.from('{}')): EventMessage {
  return encodeEvent({
    id,
    type: 'member.join',
    applicationId: '1',
    priority: 0,
    shard: 0,
    sequence: 1,
    receivedAt: Date.now(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    body,
  });
}

const limits = { maxMessages: 100, maxBytes: 1_000_000_000 };

async function connection() {
  const namespace = uniqueNamespace();
  const model = await connect((await testServices()).rabbitmqUrl);
  onTestFinished(() => model.close());
  await declareTopology(model, topologyIn(namespace));
  const failures: Error[] = [];
  return { model, exchange: namesIn(namespace).events, failures, fail: (cause: Error) => void failures.push(cause) };
}

/** The same connection, but for its confirm channels: on them the broker confirms nothing. */
function unconfirming(model: ChannelModel): ChannelModel {
  return new Proxy(model, {
    get: (target, name) =>
      name === 'createConfirmChannel' ? () => target.createChannel() : Reflect.get(target, name, target),
  });
}

describe('an outbox whose broker', () => {
  it('answers nothing asks for another connection, and sends all of it again there', async () => {
    const { model, exchange, failures, fail } = await connection();
    const outbox = new Outbox(exchange, { ...limits, answerLimitMs: 20 }, () => undefined);
    outbox.add(messageOf('a'), outbox, () => undefined);
    await outbox.attach({ model: unconfirming(model), fail });
    await waitFor(() => failures.length > 0, { what: 'the end of patience' });
    expect(failures[0]).toMatchObject({ kind: 'unconfirmed', message: expect.stringContaining('No answer') });
    outbox.detach();
    await outbox.attach({ model, fail });
    await outbox.drained(AbortSignal.timeout(10_000));
    outbox.detach();
  });

  it('is away refuses at once what no broker takes', () => {
    const outbox = new Outbox('events', limits, () => undefined);
    const large = Buffer.alloc(16 * 1024 * 1024 + 1);
    for (const message of [messageOf('x'.repeat(256)), messageOf('☂'.repeat(86)), messageOf('a', large)]) {
      expect(() => outbox.add(message, outbox, () => expect.fail())).toThrow(TypeError);
    }
    outbox.add(messageOf('☂'.repeat(85)), outbox, () => undefined);
    outbox.add(messageOf('x'.repeat(255), large.subarray(1)), outbox, () => undefined);
    expect(outbox.size).toBe(2);
  });

  it('takes the largest body takes it', async () => {
    const { model, exchange, failures, fail } = await connection();
    const outbox = new Outbox(exchange, limits, () => undefined);
    outbox.add(messageOf('large', Buffer.alloc(16 * 1024 * 1024)), outbox, () => undefined);
    await outbox.attach({ model, fail });
    await outbox.drained(AbortSignal.timeout(20_000));
    expect(failures).toEqual([]);
    outbox.detach();
  });
});
