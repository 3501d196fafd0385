import { connect, type ChannelModel } from 'amqplib';
import type { QueueDefinition } from '@arrakis/protocol';
import { deleteAfterTests, TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker, type BrokerEvent, type Settlement, type SubscribedMessage } from './index.ts';

const releases: (() => Promise<unknown>)[] = [];
let namespace: string;
let url: string;
let inspector: ChannelModel;
let events: BrokerEvent[];

beforeEach(async () => {
  namespace = uniqueNamespace();
  events = [];
  ({ rabbitmqUrl: url } = await testServices());
  inspector = await connect(url);
  releases.push(() => inspector.close());
});
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

function open(brokerUrl = url): Broker {
  const broker = new Broker({
    url: brokerUrl,
    namespace,
    connectionName: 'test',
    onEvent: (event) => events.push(event),
  });
  releases.push(() => broker.close());
  return broker;
}

async function throughProxy(): Promise<{ proxy: TcpProxy; broker: Broker }> {
  const { hostname, port } = new URL(url);
  const proxy = await TcpProxy.start(hostname, Number(port));
  releases.push(() => proxy.stop());
  return { proxy, broker: open(proxy.rewrite(url)) };
}

function queueOf(name: string): QueueDefinition {
  const queue = `${namespace}.${name}`;
  deleteAfterTests(queue);
  return { name: queue, arguments: { 'x-queue-type': 'classic', 'x-expires': 60_000 } };
}

async function send(queue: QueueDefinition, ...texts: string[]): Promise<void> {
  const channel = await inspector.createConfirmChannel();
  for (const text of texts) channel.sendToQueue(queue.name, Buffer.from(text));
  await channel.waitForConfirms();
  await channel.close();
}

async function ready(queue: QueueDefinition): Promise<number> {
  const channel = await inspector.createChannel();
  const { messageCount } = await channel.checkQueue(queue.name);
  await channel.close();
  return messageCount;
}

/** A handler that keeps what it gets, and does with it what it is told, `done` unless told otherwise. */
function recorder(decide: (message: SubscribedMessage) => Promise<Settlement> = async () => 'done') {
  const texts: string[] = [];
  const handle = (message: SubscribedMessage) => {
    texts.push(message.body.toString());
    return decide(message);
  };
  return { texts, handle };
}

/** Ends only when the message is no longer ours. */
const untilAborted = ({ signal }: SubscribedMessage) =>
  new Promise<Settlement>((resolve) => signal.addEventListener('abort', () => resolve('requeue'), { once: true }));

describe('subscriptions', () => {
  it('consume a queue that did not exist, and settle in order', async () => {
    const subscriptions = open().subscriptions(1);
    const queue = queueOf('new');
    const { texts, handle } = recorder();
    const subscription = subscriptions.subscribe({ queue, handle });
    await waitFor(() => subscription.consuming, { what: 'the consumer' });
    await send(queue, '1', '2', '3');
    await waitFor(() => texts.length === 3, { what: 'the messages' });
    expect(texts).toEqual(['1', '2', '3']);
    expect(await subscription.end(5_000)).toBe(0);
    expect(await ready(queue)).toBe(0);
  });

  it('come and go without each other: what one had in flight goes to its successor, in its old place', async () => {
    const broker = open();
    const subscriptions = broker.subscriptions(2);
    const [leaving, staying] = [queueOf('leaving'), queueOf('staying')];
    const first = recorder(untilAborted);
    const other = recorder();
    const subscription = subscriptions.subscribe({ queue: leaving, handle: first.handle });
    subscriptions.subscribe({ queue: staying, handle: other.handle });
    await waitFor(() => subscription.consuming, { what: 'the consumer' });
    await send(leaving, '1', '2', '3');
    await waitFor(() => first.texts.length === 2, { what: 'as many as may be in flight' });
    expect(await subscription.end(5_000)).toBe(0);
    expect(subscription.consuming).toBe(false);
    await waitFor(async () => (await ready(leaving)) === 3, { what: 'all to be back' });
    const next = recorder();
    open().subscriptions(1).subscribe({ queue: leaving, handle: next.handle });
    await waitFor(() => next.texts.length === 3, { what: 'the successor' });
    expect(next.texts).toEqual(['1', '2', '3']);
    expect(first.texts).toEqual(['1', '2']);
    await send(staying, 'still here');
    await waitFor(() => other.texts.length === 1, { what: 'the other queue' });
    expect(events.filter(({ type }) => type === 'disconnected')).toEqual([]);
  });

  it('are there again after a loss, even of the queue, and what was in flight is delivered again', async () => {
    const { proxy, broker } = await throughProxy();
    const [kept, deleted] = [queueOf('kept'), queueOf('deleted')];
    let seen = 0;
    const { texts, handle } = recorder((message) => {
      seen += 1;
      return seen === 1 ? untilAborted(message) : Promise.resolve('done');
    });
    const again = recorder();
    const subscriptions = broker.subscriptions(1);
    const consumers = [
      subscriptions.subscribe({ queue: kept, handle }),
      subscriptions.subscribe({ queue: deleted, handle: again.handle }),
    ];
    await waitFor(() => consumers.every(({ consuming }) => consuming), { what: 'the consumers' });
    await send(kept, 'in flight');
    await waitFor(() => texts.length === 1, { what: 'the message' });
    proxy.refuse(true);
    proxy.cut();
    await waitFor(() => consumers.every(({ consuming }) => !consuming), { what: 'the loss' });
    await (await inspector.createChannel()).deleteQueue(deleted.name);
    proxy.refuse(false);
    await waitFor(() => texts.length === 2, { what: 'the message again' });
    await waitFor(() => consumers.every(({ consuming }) => consuming), { what: 'the consumers again' });
    await send(deleted, 'declared again');
    await waitFor(() => again.texts.length === 1, { what: 'the queue to be there again' });
    await waitFor(async () => (await ready(kept)) === 0, { what: 'the settlement' });
  });

  it('end in time while the broker is away, and stay ended when it is back', async () => {
    const { proxy, broker } = await throughProxy();
    const queue = queueOf('away');
    const { texts, handle } = recorder();
    const subscriptions = broker.subscriptions(1);
    const subscription = subscriptions.subscribe({ queue, handle });
    await waitFor(() => subscription.consuming, { what: 'the consumer' });
    // Half-open: the broker will not answer the cancel.
    proxy.pause();
    expect(await subscription.end(50)).toBe(0);
    proxy.resume();
    proxy.cut();
    const other = subscriptions.subscribe({ queue: queueOf('other'), handle });
    await waitFor(() => other.consuming, { what: 'the next connection' });
    await send(queue, 'for nobody');
    expect(await ready(queue)).toBe(1);
    expect(texts).toEqual([]);
  });

  it('leave to others what a handler does not give back in time', async () => {
    const queue = queueOf('stuck');
    const broker = open();
    const { texts, handle } = recorder(() => new Promise<never>(() => undefined));
    const subscription = broker.subscriptions(1).subscribe({ queue, handle });
    await waitFor(() => subscription.consuming, { what: 'the consumer' });
    await send(queue, 'stuck');
    await waitFor(() => texts.length === 1, { what: 'the message' });
    expect(await subscription.end(20)).toBe(1);
    await broker.close();
    await waitFor(async () => (await ready(queue)) === 1, { what: 'the message to be back' });
  });

  it('tell of a handler that throws, and go on', async () => {
    const queue = queueOf('bug');
    const { texts, handle } = recorder(async ({ body }) => {
      if (body.toString() === 'bug') throw new Error('a bug');
      return 'done';
    });
    const subscription = open().subscriptions(1).subscribe({ queue, handle });
    await waitFor(() => subscription.consuming, { what: 'the consumer' });
    await send(queue, 'bug', 'next');
    await waitFor(() => texts.length === 2, { what: 'the next message' });
    expect(events.filter(({ type }) => type === 'settle-failed')).toMatchObject([{ queue: queue.name }]);
    await waitFor(async () => (await ready(queue)) === 0, { what: 'the settlement' });
  });

  it('say what to do about a queue that exists in another form', async () => {
    const queue = queueOf('other-form');
    const channel = await inspector.createChannel();
    await channel.assertQueue(queue.name, { durable: true, arguments: { 'x-expires': 30_000 } });
    open()
      .subscriptions(1)
      .subscribe({ queue, handle: async () => 'done' });
    const told = await waitFor(() => events.find((event) => event.type === 'disconnected'), { what: 'the failure' });
    expect(told).toMatchObject({ cause: { kind: 'topology' } });
    expect(told.cause.message).toMatch(/exists in another form: .*migrating-a-queue/);
    await channel.deleteQueue(queue.name);
  });
});
