import { connect, type ChannelModel, type GetMessage } from 'amqplib';
import { encodeEvent, namesIn, type EventMessage } from '@arrakis/protocol';
import { TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker, done, reject, retry, type BrokerEvent, type Delivery, type Outbox, type Verdict } from './index.ts';

let namespace: string;
let inspector: ChannelModel;
let proxy: TcpProxy;
const open: Broker[] = [];
let events: BrokerEvent[] = [];

beforeEach(async () => {
  namespace = uniqueNamespace();
  events = [];
  const url = new URL((await testServices()).rabbitmqUrl);
  inspector = await connect(url.toString());
  inspector.on('error', () => undefined);
  proxy = await TcpProxy.start(url.hostname, Number(url.port));
});

afterEach(async () => {
  proxy.refuse(false);
  await Promise.all(open.splice(0).map((broker) => broker.close()));
  await proxy.stop();
  await inspector.close();
});

async function openBroker(): Promise<Broker> {
  const url = new URL((await testServices()).rabbitmqUrl);
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  const created = new Broker({
    url: url.toString(),
    namespace,
    connectionName: 'test',
    onEvent: (event) => events.push(event),
  });
  open.push(created);
  return created;
}

function add(outbox: Outbox, id: string, confirmed: () => void = () => undefined): void {
  outbox.add(eventMessage(id, 'member.join'), outbox, confirmed);
}

function eventMessage(id: string, routingKey: string): EventMessage {
  return encodeEvent({
    id,
    type: routingKey,
    applicationId: '1',
    priority: 0,
    shard: 0,
    sequence: 1,
    receivedAt: Date.now(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    body: Buffer.from(`{"id":"${id}"}`),
  });
}

/** Takes everything out of a queue, as a person would look into it. */
async function takeAll(queue: string): Promise<GetMessage[]> {
  const channel = await inspector.createChannel();
  const taken: GetMessage[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) break;
    taken.push(message);
  }
  await channel.close();
  return taken;
}

const idOf = (delivery: Delivery): string => /"id":"([^"]*)"/.exec(delivery.body.toString())?.[1] ?? '';
const drained = (outbox: Outbox) => outbox.drained(AbortSignal.timeout(15_000));

describe('the outbox', () => {
  it('says of each message when the broker has it', async () => {
    const sender = await openBroker();
    const outbox = sender.outbox({ maxMessages: 1_000, maxBytes: 1_000_000 });
    const confirmed: number[] = [];
    for (let index = 0; index < 500; index += 1) add(outbox, String(index), () => confirmed.push(index));
    await drained(outbox);
    expect(new Set(confirmed).size).toBe(500);
    const depths = await waitFor(() => sender.queueDepths(), { what: 'the depths' });
    expect(depths.get(namesIn(namespace).guildEvents)?.ready).toBe(500);
  });

  it('loses nothing when the connection is cut again and again', async () => {
    const sender = await openBroker();
    const outbox = sender.outbox({ maxMessages: 10_000, maxBytes: 10_000_000 });
    for (let cut = 0; cut < 5; cut += 1) {
      await waitFor(() => sender.whyNotReady() === undefined, { what: 'the broker', timeoutMs: 15_000 });
      for (let index = 0; index < 200; index += 1) add(outbox, `${cut}-${index}`);
      proxy.cut();
      await waitFor(() => sender.whyNotReady() !== undefined, { what: 'the loss to be noticed' });
    }
    await drained(outbox);
    const arrived = (await takeAll(namesIn(namespace).guildEvents)).map((message) =>
      String(message.properties.messageId),
    );
    expect(new Set(arrived).size).toBe(1_000);
  });

  it('keeps what comes while there is no broker, and says when it is full and when there is room', async () => {
    proxy.refuse(true);
    const sender = await openBroker();
    const outbox = sender.outbox({ maxMessages: 10, maxBytes: 1_000_000 });
    let room = 0;
    outbox.onRoom(() => (room += 1));
    for (let index = 0; index < 9; index += 1) add(outbox, String(index));
    expect(outbox.full).toBe(false);
    add(outbox, '9');
    expect([outbox.full, outbox.size, room]).toEqual([true, 10, 0]);
    await waitFor(() => events.some((event) => event.type === 'disconnected'), { what: 'a failed attempt' });
    expect(sender.whyNotReady()).toMatch(/publishing is connecting/);
    proxy.refuse(false);
    await drained(outbox);
    expect([outbox.full, room]).toEqual([false, 1]);
  });

  it('sends again what a full queue refused, until it is taken', async () => {
    const queue = `${namespace}.tiny`;
    const channel = await inspector.createChannel();
    await channel.assertQueue(queue, {
      durable: true,
      arguments: { 'x-queue-type': 'classic', 'x-max-length': 1, 'x-overflow': 'reject-publish', 'x-expires': 60_000 },
    });
    const sender = await openBroker();
    await channel.assertExchange(`${namespace}.events`, 'topic', { durable: true });
    await channel.bindQueue(queue, `${namespace}.events`, 'test.tiny');
    const outbox = sender.outbox({ maxMessages: 100, maxBytes: 1_000_000 });
    for (const id of ['a', 'b', 'c']) outbox.add(eventMessage(id, 'test.tiny'), outbox, () => undefined);
    await waitFor(() => events.some((event) => event.type === 'publish-refused'), { what: 'a refusal' });
    const taken = new Set<string>();
    await waitFor(
      async () => {
        for (const message of await takeAll(queue)) taken.add(message.content.toString());
        return taken.size === 3;
      },
      { what: 'all three to arrive', timeoutMs: 15_000 },
    );
    await channel.close();
  });

  it('carries any text, and bodies of any size, as they are', async () => {
    const sender = await openBroker();
    const outbox = sender.outbox({ maxMessages: 100, maxBytes: 100_000_000 });
    const sizes = [0, 1, 131_063, 131_064, 131_065, 300_000, 3_000_000];
    for (const size of sizes) {
      const message = eventMessage(`größe-${size} ☂`, 'member.join');
      outbox.add({ ...message, body: Buffer.alloc(size, `${size} `) }, outbox, () => undefined);
    }
    await drained(outbox);
    const taken = await takeAll(sender.names.guildEvents);
    expect(taken.map(({ content }) => content.length)).toEqual(sizes);
    for (const { content } of taken)
      expect(content.equals(Buffer.alloc(content.length, `${content.length} `))).toBe(true);
    expect(taken.map(({ properties }) => properties.messageId)).toEqual(sizes.map((size) => `größe-${size} ☂`));
  });

  it('refuses what AMQP cannot carry, and goes on', async () => {
    const sender = await openBroker();
    const outbox = sender.outbox({ maxMessages: 100, maxBytes: 1_000_000 });
    add(outbox, 'before');
    await drained(outbox);
    expect(() => outbox.add(eventMessage('a', `member.${'é'.repeat(130)}`), outbox, () => expect.fail())).toThrow(
      TypeError,
    );
    expect([outbox.size, outbox.bytes]).toEqual([0, 0]);
    add(outbox, 'after');
    await drained(outbox);
    expect(await takeAll(sender.names.guildEvents)).toHaveLength(2);
  });

  it('keeps what no queue takes, declares the topology again and sends it again', async () => {
    const sender = await openBroker();
    const outbox = sender.outbox({ maxMessages: 100, maxBytes: 1_000_000 });
    add(outbox, 'before');
    await drained(outbox);
    const channel = await inspector.createChannel();
    await channel.unbindQueue(sender.names.guildEvents, sender.names.events, 'member.#');
    await channel.close();
    const confirmed: string[] = [];
    for (const id of ['a', 'b', 'c']) add(outbox, id, () => confirmed.push(id));
    await drained(outbox);
    expect(confirmed).toEqual(['a', 'b', 'c']);
    const taken = (await takeAll(sender.names.guildEvents)).map(({ properties }) => String(properties.messageId));
    expect(taken).toEqual(['before', 'a', 'b', 'c']);
    expect(events.some((event) => event.type === 'disconnected' && /member\.join/.test(event.cause.message))).toBe(
      true,
    );
  });

  it('gives up what waits on behalf of somebody who has it no longer', async () => {
    const sender = await openBroker();
    const outbox = sender.outbox({ maxMessages: 2, maxBytes: 1_000_000 });
    add(outbox, 'first');
    await drained(outbox);
    proxy.refuse(true);
    proxy.cut();
    await waitFor(() => events.some(({ type }) => type === 'disconnected'), { what: 'the loss of the broker' });
    const lost = {};
    outbox.add(eventMessage('lost', 'member.join'), lost, () => expect.fail());
    add(outbox, 'kept');
    expect(outbox.full).toBe(true);
    outbox.discard(lost);
    expect([outbox.full, outbox.size]).toEqual([false, 1]);
    proxy.refuse(false);
    await drained(outbox);
    const taken = (await takeAll(sender.names.guildEvents)).map(({ properties }) => String(properties.messageId));
    expect(taken).toEqual(['first', 'kept']);
  });
});

describe('a consumer', () => {
  it('settles by verdict: done is gone, reject is among the dead letters, retry comes again', async () => {
    const names = namesIn(namespace);
    const consuming = await openBroker();
    const seen: string[] = [];
    const handle = async (delivery: Delivery): Promise<Verdict> => {
      seen.push(`${idOf(delivery)}#${delivery.attempt}`);
      if (idOf(delivery) === 'bad') return reject(new TypeError('no good'));
      if (idOf(delivery) === 'again' && delivery.attempt === 1) return retry(new Error('later'), { afterMs: 1_000 });
      if (idOf(delivery) === 'throws') throw new RangeError('a bug');
      return done;
    };
    const consumer = consuming.consume({ queue: names.guildEvents, prefetch: 10, handle });
    const outbox = consuming.outbox({ maxMessages: 100, maxBytes: 1_000_000 });
    for (const id of ['good', 'bad', 'again', 'throws']) add(outbox, id);
    await waitFor(() => seen.includes('again#2'), { what: 'the second attempt', timeoutMs: 15_000 });
    expect(seen.toSorted()).toEqual(['again#1', 'again#2', 'bad#1', 'good#1', 'throws#1']);
    expect(await consumer.stop(5_000)).toBe(0);
    const deadLetters = await takeAll(names.deadLetters);
    expect(deadLetters.map((message) => String(message.properties.messageId)).toSorted()).toEqual(['bad', 'throws']);
    const bad = deadLetters.find((message) => message.properties.messageId === 'bad');
    expect(bad?.content.toString()).toBe('{"id":"bad"}');
    expect(bad?.properties.headers).toMatchObject({
      'x-arrakis-origin': names.guildEvents,
      'x-arrakis-error': 'TypeError',
      'x-arrakis-error-message': 'no good',
      'x-arrakis-attempt': 1,
    });
    expect((await consuming.queueDepths()).get(names.guildEvents)?.ready).toBe(0);
  });

  it('goes on after its connection is cut, its queue deleted or its channel closed', async () => {
    const names = namesIn(namespace);
    const consuming = await openBroker();
    const seen = new Set<string>();
    const outbox = consuming.outbox({ maxMessages: 100, maxBytes: 1_000_000 });
    const consumer = consuming.consume({
      queue: names.guildEvents,
      prefetch: 10,
      handle: async (delivery) => {
        seen.add(idOf(delivery));
        return done;
      },
    });
    const arrives = async (id: string) => {
      add(outbox, id);
      await waitFor(() => seen.has(id), { what: `${id} to arrive`, timeoutMs: 15_000 });
    };
    await arrives('first');
    proxy.cut();
    await arrives('after a cut');
    const channel = await inspector.createChannel();
    await channel.deleteQueue(names.guildEvents);
    await waitFor(
      () => events.some((event) => event.type === 'disconnected' && /cancelled/.test(event.cause.message)),
      {
        what: 'the cancelled consumer to be noticed',
      },
    );
    // Until the queue is declared again an event has nowhere to go, which no publisher can be told.
    await waitFor(() => consumer.consuming, { what: 'the consumer to be back', timeoutMs: 15_000 });
    await arrives('after a deletion');
    await consumer.stop(1_000);
  });

  it('leaves unacknowledged what it cannot copy to the dead letters, and copies it when it can', async () => {
    const names = namesIn(namespace);
    const consuming = await openBroker();
    const outbox = consuming.outbox({ maxMessages: 100, maxBytes: 1_000_000 });
    add(outbox, 'bad');
    await drained(outbox);
    const channel = await inspector.createChannel();
    await channel.deleteQueue(names.deadLetters);
    const consumer = consuming.consume({ queue: names.guildEvents, prefetch: 1, handle: async () => reject('no') });
    // Connecting for consuming declares the topology again: take the queue away once more.
    await waitFor(() => consumer.consuming, { what: 'the consumer' });
    await waitFor(async () => (await takeAll(names.deadLetters)).length === 1, { what: 'the dead letter' });
    await channel.deleteQueue(names.deadLetters);
    add(outbox, 'worse');
    await waitFor(() => events.some((event) => event.type === 'settle-failed'), { what: 'the failure to settle' });
    expect(events.some((event) => event.type === 'settle-failed' && /No queue takes/.test(event.cause.message))).toBe(
      true,
    );
    // It is declared again by itself.
    await waitFor(async () => (await consuming.queueDepths()).get(names.deadLetters)?.ready === 1, {
      what: 'the dead letter',
      timeoutMs: 15_000,
    });
    await consumer.stop(1_000);
  });

  it('that is stopped finishes what it has begun and gives back the rest', async () => {
    const names = namesIn(namespace);
    const consuming = await openBroker();
    const outbox = consuming.outbox({ maxMessages: 100, maxBytes: 1_000_000 });
    const release = Promise.withResolvers<void>();
    let begun = 0;
    const consumer = consuming.consume({
      queue: names.guildEvents,
      prefetch: 3,
      handle: async () => {
        begun += 1;
        await release.promise;
        return done;
      },
    });
    for (let index = 0; index < 10; index += 1) add(outbox, String(index));
    await waitFor(() => begun === 3, { what: 'three in flight' });
    const stopped = consumer.stop(10_000);
    release.resolve();
    expect(await stopped).toBe(0);
    await waitFor(async () => (await consuming.queueDepths()).get(names.guildEvents)?.ready === 7, {
      what: 'seven left',
    });
    expect(begun).toBe(3);
  });
});

describe('the topology', () => {
  it('that exists in another form is reported as what it is, with what to do', async () => {
    const channel = await inspector.createChannel();
    await channel.assertQueue(namesIn(namespace).interactions, {
      durable: true,
      arguments: { 'x-queue-type': 'classic' },
    });
    const sender = await openBroker();
    sender.outbox({ maxMessages: 1, maxBytes: 1 });
    await waitFor(() => events.some((event) => event.type === 'disconnected'), { what: 'the failed set-up' });
    expect(sender.whyNotReady()).toMatch(
      /queue 't\w+\.interactions' exists in another form: x-max-length is not set, and should be 100000\..*migrating-a-queue/,
    );
  });

  it('is asked for only with a URL that AMQP knows', () => {
    expect(() => new Broker({ url: 'http://x', namespace, connectionName: 'test' })).toThrow(/must look like amqp:/);
  });
});
