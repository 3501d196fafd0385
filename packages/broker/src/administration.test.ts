import { connect, type ChannelModel } from 'amqplib';
import { gatewayCommandQueue, namesIn, topologyIn, type Topology } from '@arrakis/protocol';
import { PrivateRabbitmq, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Administration, Broker, reject, retry } from './index.ts';

describe('administration', () => {
  let url: string;
  let topology: Topology;
  let namespace: string;
  let administration: Administration;
  let inspector: ChannelModel;

  beforeEach(async () => {
    namespace = uniqueNamespace();
    topology = topologyIn(namespace);
    url = (await testServices()).rabbitmqUrl;
    administration = await Administration.connect(url);
    inspector = await connect(url);
  });

  afterEach(async () => {
    await administration[Symbol.asyncDispose]();
    await inspector.close();
  });

  const states = async () => new Set((await administration.plan(topology)).objects.map(({ state }) => state));

  it('plans without creating anything, applies, and then finds nothing to do', async () => {
    expect(await states()).toEqual(new Set(['missing']));
    expect(await states()).toEqual(new Set(['missing']));
    const before = await administration.apply(topology);
    expect(before.inSync).toBe(false);
    expect(await administration.plan(topology)).toMatchObject({ inSync: true });
    expect(await states()).toEqual(new Set(['same']));
    // Its bindings are there as well: a message finds its queue.
    const channel = await inspector.createConfirmChannel();
    const { events, guildEvents } = namesIn(namespace);
    channel.publish(events, 'member.join', Buffer.from('1'));
    await channel.waitForConfirms();
    expect(await channel.get(guildEvents, { noAck: true })).toMatchObject({ content: Buffer.from('1') });
  });

  it('names every difference of what exists, and applies the rest', async () => {
    const { interactions, guildEvents, events, returns } = namesIn(namespace);
    const channel = await inspector.createChannel();
    await channel.assertQueue(guildEvents, { arguments: { 'x-queue-type': 'classic', 'x-max-priority': 5 } });
    await channel.assertQueue(interactions, {
      durable: true,
      arguments: { ...topology.queues.find(({ name }) => name === interactions)?.arguments, 'x-max-length': 7 },
    });
    await channel.assertExchange(events, 'direct', { durable: false, alternateExchange: 'other' });
    await administration.apply(topology);
    const { objects, inSync } = await administration.plan(topology);
    const of = (name: string) => objects.find((object) => object.name === name);
    expect(inSync).toBe(false);
    expect(of(interactions)).toEqual({
      kind: 'queue',
      name: interactions,
      state: 'different',
      complete: true,
      differences: [{ argument: 'x-max-length', wanted: 100_000, current: 7 }],
    });
    expect(of(guildEvents)).toMatchObject({
      complete: true,
      differences: expect.arrayContaining([
        { argument: 'x-queue-type', wanted: 'quorum', current: 'classic' },
        { argument: 'x-max-priority', wanted: undefined, current: 5 },
        { argument: 'x-overflow', wanted: 'reject-publish', current: undefined },
      ]),
    });
    expect(of(events)).toMatchObject({
      differences: [
        { argument: 'type', wanted: 'topic', current: 'direct' },
        { argument: 'durable', wanted: true, current: false },
        { argument: 'alternate-exchange', current: 'other' },
      ],
    });
    expect(of(returns)).toMatchObject({ state: 'same' });
  });

  it('says which broker cannot be reached, and never the password', async () => {
    const refused = Administration.connect('amqp://somebody:hunter2@127.0.0.1:1/');
    await expect(refused).rejects.toThrow(/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/);
    const elsewhere = new URL(url);
    elsewhere.pathname = '/none';
    await expect(Administration.connect(elsewhere.toString())).rejects.toThrow(
      /does not let this user into the virtual/,
    );
    const wrong = new URL(url);
    wrong.password = 'hunter2';
    await expect(Administration.connect(wrong.toString())).rejects.toThrow(/refuses this user or password\.$/);
  });
});

describe('an app whose user may not declare', () => {
  const names = namesIn('fixed');
  /** As docs/operations.md recommends them for both apps. */
  const permissions = {
    configure: '^fixed\\.gateway\\.',
    write: '^(fixed\\.events|fixed\\.retry\\..*|fixed\\.gateway\\..*|amq\\.default)$',
    read: '^fixed\\.(interactions|events\\..*|gateway\\..*)$',
  };
  let rabbitmq: PrivateRabbitmq;
  let url: string;
  let broker: Broker;

  beforeAll(async () => {
    rabbitmq = await PrivateRabbitmq.start();
    url = await rabbitmq.addUser('app', permissions);
  });

  afterEach(() => broker.close());
  afterAll(() => rabbitmq[Symbol.asyncDispose]());

  const open = () => (broker = new Broker({ url, namespace: 'fixed', connectionName: 'app' }));

  it('says what is missing and how it comes about, and goes on as soon as somebody has declared it', async () => {
    const { publisher } = open();
    await waitFor(() => /missing/.test(broker.whyNotReady() ?? ''), { what: 'the reason' });
    expect(broker.whyNotReady()).toContain(
      `The exchange '${names.events}' is missing, and this user may not declare it: run 'arrakis topology apply'`,
    );
    await using administrator = await Administration.connect(rabbitmq.url);
    await administrator.apply(topologyIn('fixed'));
    await waitFor(() => broker.whyNotReady() === undefined, { what: 'readiness', timeoutMs: 15_000 });
    await publisher.publish({
      exchange: names.events,
      routingKey: 'member.join',
      body: Buffer.from('1'),
      properties: { messageId: '1' },
    });
    // Everything that the apps do: a first failure waits in a retry tier, a second one is a dead letter.
    let handled = 0;
    const consumer = broker.consume({
      queue: names.guildEvents,
      prefetch: 1,
      handle: async () => {
        handled += 1;
        return handled === 1 ? retry(new Error('again')) : reject(new Error('never'));
      },
    });
    const isDeadLetter = async () => (await broker.queueDepths()).get(names.deadLetters)?.ready === 1;
    await waitFor(isDeadLetter, { what: 'the dead letter', timeoutMs: 15_000 });
    await consumer.stop(1_000);
    const queue = gatewayCommandQueue('fixed', { applicationId: '1', shardId: 0 });
    const subscription = broker.subscriptions(1).subscribe({ queue, handle: async () => 'done' });
    await waitFor(() => subscription.consuming, { what: 'the command queue' });
  });

  it('sees that everything exists, and not in which form', async () => {
    open();
    await using own = await Administration.connect(url);
    const { objects, inSync } = await own.plan(topologyIn('fixed'));
    expect(inSync).toBe(false);
    expect(new Set(objects.map(({ state }) => state))).toEqual(new Set(['hidden']));
  });
});
