import { connect, type ChannelModel } from 'amqplib';
import { decodeDeadLetter, encodeEvent, namesIn, topologyIn, type Names, type Topology } from '@arrakis/protocol';
import { deleteAfterTests, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Administration, Broker, giveBack, reject, type MigrationStep, type Outbox } from './index.ts';
import { temporaryQueueOf } from './topology.ts';

let url: string;
let namespace: string;
let names: Names;
let administration: Administration;
let inspector: ChannelModel;
let broker: Broker;
let steps: MigrationStep['step'][];

beforeEach(async () => {
  namespace = uniqueNamespace();
  names = namesIn(namespace);
  url = (await testServices()).rabbitmqUrl;
  administration = await Administration.connect(url);
  inspector = await connect(url);
  inspector.on('error', () => undefined);
  broker = new Broker({ url, namespace, connectionName: 'test' });
  steps = [];
});

afterEach(async () => {
  await broker.close();
  await administration[Symbol.asyncDispose]();
  await inspector.close();
});

/** The topology with other arguments of one queue; the queue that a migration uses is cleaned up. */
function changed(queue: string, change: Readonly<Record<string, string | number | undefined>>): Topology {
  deleteAfterTests(temporaryQueueOf(queue));
  const topology = topologyIn(namespace);
  const queues = topology.queues.map((each) => {
    if (each.name !== queue) return each;
    const args = new Map(Object.entries(each.arguments));
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) args.delete(name);
      else args.set(name, value);
    }
    return { name: queue, arguments: Object.fromEntries(args) };
  });
  return { ...topology, queues };
}

function migrate(topology: Topology, queue: string, { by = administration, settleMs = 300 } = {}) {
  return by.migrate({
    topology,
    queue,
    settleMs,
    patienceMs: 2_000,
    signal: AbortSignal.timeout(60_000),
    tell: ({ step }) => {
      if (steps.at(-1) !== step) steps.push(step);
    },
  });
}

/** Adds an event every two milliseconds until it is stopped; resolves to the ids, all of them confirmed. */
function flow(outbox: Outbox, type = 'member.join'): () => Promise<string[]> {
  const ids: string[] = [];
  const timer = setInterval(() => add(outbox, ids, type), 2);
  return async () => {
    clearInterval(timer);
    await outbox.drained(AbortSignal.timeout(30_000));
    return ids;
  };
}

function add(outbox: Outbox, ids: string[], type: string): void {
  const id = String(ids.length);
  ids.push(id);
  const body = Buffer.from(`{"id":"${id}"}`);
  const origin = {
    applicationId: '1',
    shard: 0,
    sequence: 1,
    traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
  };
  outbox.add(encodeEvent({ id, type, priority: 0, receivedAt: Date.now(), body, ...origin }), outbox, () => undefined);
}

async function take(queue: string) {
  const channel = await inspector.createChannel();
  const ids: string[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) break;
    ids.push(String(message.properties.messageId));
  }
  await channel.close();
  return ids;
}

async function isThere(queue: string): Promise<boolean> {
  const channel = await inspector.createChannel();
  channel.on('error', () => undefined);
  return channel.checkQueue(queue).then(
    () => channel.close().then(() => true),
    () => false,
  );
}

describe('a queue', { timeout: 90_000 }, () => {
  it.each([
    ['of the same type', 'member.join', { 'x-max-length': 1_234_567 }],
    ['of another type', 'interaction.command.ping', { 'x-queue-type': 'quorum', 'x-max-priority': undefined }],
  ])('gets other arguments, %s, while events go on, and loses none', async (_, type, change) => {
    const queue = type === 'member.join' ? names.guildEvents : names.interactions;
    const topology = changed(queue, change);
    const stop = flow(broker.outbox({ maxMessages: 10_000, maxBytes: 10_000_000 }), type);
    await waitFor(() => broker.whyNotReady() === undefined, { what: 'the broker' });
    expect(await migrate(topology, queue)).toBe('migrated');
    expect(steps).toEqual(expect.arrayContaining(['diverted', 'moving', 'settling', 'replaced']));
    const sent = await stop();
    expect(sent.length).toBeGreaterThan(100);
    expect(await isThere(temporaryQueueOf(queue))).toBe(false);
    expect(await administration.plan(topology)).toMatchObject({ inSync: true });
    expect(new Set(await take(queue))).toEqual(new Set(sent));
    expect(await migrate(topology, queue)).toBe('unneeded');
  });

  it.each([
    ['it', () => names.interactions],
    ['another, and may send messages to it by its name', () => names.guildEvents],
  ])('is not touched while somebody reads %s', async (_, read) => {
    const topology = changed(names.interactions, { 'x-max-length': 5 });
    await administration.apply(topologyIn(namespace));
    const channel = await inspector.createChannel();
    await channel.consume(read(), () => undefined);
    await expect(migrate(topology, names.interactions)).rejects.toThrow(`'${read()}' has 1 consumer: stop the workers`);
    expect(await isThere(temporaryQueueOf(names.interactions))).toBe(false);
  });

  it('is not touched while another is full, for which it may hold messages that cannot be seen', async () => {
    const { guildEvents, deadLetters } = names;
    const limited = changed(deadLetters, { 'x-max-length': 1 });
    const queues = limited.queues.filter(({ name }) => name !== guildEvents);
    await administration.apply({
      ...limited,
      queues: [...queues, { name: guildEvents, arguments: { 'x-queue-type': 'quorum' } }],
    });
    const channel = await inspector.createConfirmChannel();
    channel.sendToQueue(deadLetters, Buffer.from('1'));
    await channel.waitForConfirms();
    await expect(migrate(limited, guildEvents)).rejects.toThrow(`'${deadLetters}' is full (1 messages)`);
  });

  it('is not deleted while a consumer that has been cancelled still holds messages', async () => {
    const { guildEvents } = names;
    const topology = changed(guildEvents, { 'x-max-length': 5_000 });
    const sent: string[] = [];
    add(broker.outbox({ maxMessages: 10, maxBytes: 10_000 }), sent, 'member.join');
    await waitFor(async () => (await broker.queueDepths()).get(guildEvents)?.ready === 1, { what: 'the event' });
    const channel = await inspector.createChannel();
    const delivered = Promise.withResolvers<void>();
    const { consumerTag } = await channel.consume(guildEvents, () => delivered.resolve());
    await delivered.promise;
    await channel.cancel(consumerTag);
    await expect(migrate(topology, guildEvents)).rejects.toThrow(/stop the workers/);
    await channel.close();
    expect(await migrate(topology, guildEvents)).toBe('migrated');
    expect(await take(guildEvents)).toEqual(sent);
  });

  it('of retries keeps the way back of what waits in it', async () => {
    const [tier] = names.retryTiers;
    const queue = tier?.name ?? '';
    const topology = changed(queue, { 'x-message-ttl': 2_500 });
    await administration.apply(topologyIn(namespace));
    const exchange = { exchange: queue, routingKey: names.guildEvents };
    await broker.publisher
      .publish({ ...exchange, body: Buffer.from('1'), properties: { messageId: 'again' } })
      .catch(() => undefined);
    await waitFor(() => broker.whyNotReady() === undefined, { what: 'the broker' });
    await broker.publisher.publish({ ...exchange, body: Buffer.from('1'), properties: { messageId: 'again' } });
    expect(await migrate(topology, queue)).toBe('migrated');
    await waitFor(async () => (await take(names.guildEvents)).includes('again'), { what: 'the retry' });
  });

  it('of dead letters keeps why they are there, whoever has put them there', async () => {
    const { guildEvents, deadLetters } = names;
    const outbox = broker.outbox({ maxMessages: 10, maxBytes: 10_000 });
    add(outbox, [], 'member.join');
    const consumer = broker.consume({
      queue: guildEvents,
      prefetch: 1,
      // Until RabbitMQ gives it up.
      handle: async ({ properties }) => (/leave/.test(JSON.stringify(properties)) ? reject(new Error('no')) : giveBack),
    });
    add(outbox, ['0'], 'member.leave');
    const filled = async () => (await broker.queueDepths()).get(deadLetters)?.ready === 2;
    await waitFor(filled, { what: 'the dead letters' });
    await consumer.stop(1_000);
    expect(await migrate(changed(deadLetters, { 'x-max-length': 400_000 }), deadLetters)).toBe('migrated');
    const channel = await inspector.createChannel();
    const letters = [await channel.get(deadLetters), await channel.get(deadLetters)].map((message) =>
      message === false ? undefined : decodeDeadLetter({ body: message.content, properties: message.properties }),
    );
    await channel.close();
    expect(letters.toSorted((a, b) => String(a?.id).localeCompare(String(b?.id)))).toMatchObject([
      { id: '0', by: 'broker', origin: guildEvents, error: { name: 'BrokerDeadLetter', kind: 'delivery-limit' } },
      { id: '1', by: 'worker', origin: guildEvents, error: { name: 'Error', message: 'no' } },
    ]);
  });

  it('is migrated by one process at a time, and again by another where that one has ended', async () => {
    const { guildEvents } = names;
    const topology = changed(guildEvents, { 'x-max-length': 4_321 });
    const outbox = broker.outbox({ maxMessages: 10_000, maxBytes: 10_000_000 });
    const stop = flow(outbox);
    await waitFor(() => broker.whyNotReady() === undefined, { what: 'the broker' });
    const first = await Administration.connect(url);
    const running = migrate(topology, guildEvents, { by: first, settleMs: 60_000 }).catch((cause: unknown) => cause);
    await waitFor(() => steps.includes('diverted'), { what: 'the migration' });
    await expect(migrate(topology, guildEvents)).rejects.toThrow(/Another process migrates/);
    await first[Symbol.asyncDispose]();
    expect(await running).toBeInstanceOf(Error);
    expect(await migrate(topology, guildEvents)).toBe('migrated');
    const sent = await stop();
    expect(new Set(await take(guildEvents))).toEqual(new Set(sent));
  });

  it('that is missing, or is none of the topology, is not migrated', async () => {
    await expect(migrate(topologyIn(namespace), names.guildEvents)).rejects.toThrow(/arrakis topology apply/);
    await expect(migrate(topologyIn(namespace), 'other')).rejects.toThrow(/has no queue 'other'/);
  });
});
