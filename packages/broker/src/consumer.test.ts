import { connect, type ChannelModel, type GetMessage } from 'amqplib';
import { decodeDeadLetter, failureHeaders, namesIn } from '@arrakis/protocol';
import { TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker, done, giveBack, move, reject, retry, split, type BrokerEvent, type Delivery } from './index.ts';

let namespace: string;
let inspector: ChannelModel;
let broker: Broker;
let events: BrokerEvent[];

beforeEach(async () => {
  namespace = uniqueNamespace();
  events = [];
  const { rabbitmqUrl: url } = await testServices();
  inspector = await connect(url);
  const onEvent = (event: BrokerEvent) => events.push(event);
  const identity = { name: 'worker@test:1', version: '1.2.3' };
  broker = new Broker({ url, namespace, connectionName: 'test', identity, onEvent });
});

afterEach(async () => {
  await broker.close();
  await inspector.close();
});

const queueOf = () => namesIn(namespace).guildEvents;

/** Sends straight to the queue, as any client may. */
async function send(messageId: string, headers: Record<string, unknown> = {}, body = messageId): Promise<void> {
  await waitFor(async () => (await broker.queueDepths()).has(queueOf()), { what: 'the topology' });
  const channel = await inspector.createConfirmChannel();
  channel.sendToQueue(queueOf(), Buffer.from(body), { messageId, headers, persistent: true });
  await channel.waitForConfirms();
  await channel.close();
}

async function deadLetters(count: number): Promise<GetMessage[]> {
  const channel = await inspector.createChannel();
  const taken: GetMessage[] = [];
  await waitFor(
    async () => {
      const message = await channel.get(namesIn(namespace).deadLetters, { noAck: true });
      if (message !== false) taken.push(message);
      return taken.length >= count;
    },
    { what: `${count} dead letters` },
  );
  await channel.close();
  return taken;
}

const letterOf = (message: GetMessage | undefined) =>
  decodeDeadLetter({ body: message?.content ?? Buffer.alloc(0), properties: message?.properties });

const headersOf = (message: GetMessage | undefined): Record<string, unknown> => ({ ...message?.properties.headers });

describe('what a handler may throw', () => {
  const oddities: readonly [string, () => unknown][] = [
    ['an object that cannot be written', () => Object.create(null)],
    ['an error whose kind cannot be written', () => Object.assign(new Error('odd'), { kind: Object.create(null) })],
    ['an error whose message is no text', () => Object.assign(new Error('x'), { message: 5, name: ['a'] })],
    ['an error with a very long message', () => new Error('界'.repeat(100_000))],
    ['nothing', () => undefined],
  ];

  it.each(oddities)('%s: the message is among the dead letters', async (_what, thrown) => {
    broker.consume({ queue: queueOf(), prefetch: 1, handle: async () => reject(thrown()) });
    await send('odd');
    const [letter] = await deadLetters(1);
    expect(letter?.properties.messageId).toBe('odd');
    expect(headersOf(letter)['x-arrakis-error']).toBeTypeOf('string');
  });

  it('says nothing secret among the dead letters', async () => {
    const token = 'aW50ZXJhY3Rpb246c2VjcmV0';
    const cause = new Error(`POST https://u:hunter2@host/webhooks/1088510058284990888/${token} failed`);
    broker.consume({ queue: queueOf(), prefetch: 1, handle: async () => reject(cause) });
    await send('leaky');
    const text = JSON.stringify(headersOf((await deadLetters(1))[0]));
    expect(text).toContain('[token]');
    expect(text).not.toMatch(/hunter2|aW50ZXJhY3/);
  });
});

it('a message with more headers than can be sent on is dead-lettered without them, and holds nobody up', async () => {
  const handled: string[] = [];
  broker.consume({
    queue: queueOf(),
    prefetch: 1,
    handle: async (delivery: Delivery) => {
      handled.push(delivery.body.toString());
      return delivery.body.toString() === 'large' ? reject(new Error('no')) : done;
    },
  });
  await send('large', { 'x-large': '界'.repeat(21_500) });
  await send('good');
  const [letter] = await deadLetters(1);
  expect(headersOf(letter)).toMatchObject({ 'x-arrakis-headers-dropped': 1, 'x-arrakis-error-message': 'no' });
  await waitFor(() => handled.includes('good'), { what: 'the message behind it' });
});

describe('a message of several parts', () => {
  const fails = (part: string) => ({
    verdict: reject(new Error(`${part} failed`)),
    headers: { 'x-arrakis-module': part },
  });

  it('is acknowledged when the copies of all of them are placed, each with what it is for', async () => {
    const { longJobs } = namesIn(namespace);
    const again: Delivery[] = [];
    const consumer = broker.consume({
      queue: queueOf(),
      prefetch: 1,
      handle: async (delivery) => {
        if (again.push(delivery) > 1) return done;
        const moved = { verdict: move(longJobs), headers: { 'x-arrakis-module': 'moved' } };
        const repeated = {
          verdict: retry(new Error('busy'), { afterMs: 100 }),
          headers: { 'x-arrakis-module': 'again' },
        };
        return split([fails('one'), moved, fails('two'), repeated]);
      },
    });
    await send('shared', { 'x-other': 'kept' });
    const letters = (await deadLetters(2)).map((message) => headersOf(message));
    expect(letters).toMatchObject([
      { 'x-arrakis-module': 'one', 'x-arrakis-error-message': 'one failed', 'x-other': 'kept' },
      { 'x-arrakis-module': 'two', 'x-arrakis-error-message': 'two failed', 'x-other': 'kept' },
    ]);
    await waitFor(() => again.length === 2, { what: 'the retry', timeoutMs: 15_000 });
    expect(again[1]).toMatchObject({ attempt: 2, properties: { headers: { 'x-arrakis-module': 'again' } } });
    await waitFor(() => consumer.unsettled === 0, { what: 'the end of both' });
    const channel = await inspector.createChannel();
    const message = await channel.get(longJobs, { noAck: true });
    expect(message !== false && message.properties).toMatchObject({
      messageId: 'shared',
      headers: { 'x-arrakis-module': 'moved', 'x-other': 'kept' },
    });
    await channel.close();
  });

  it('stays unacknowledged while one of them cannot be placed', async () => {
    const nowhere = { verdict: move('no such queue'), headers: {} };
    const consumer = broker.consume({
      queue: queueOf(),
      prefetch: 1,
      handle: async () => split([fails('one'), nowhere]),
    });
    await send('stuck');
    await waitFor(() => events.filter(({ type }) => type === 'settle-failed').length > 1, {
      what: 'attempts to place it',
    });
    expect(consumer.unsettled).toBe(1);
    expect(await deadLetters(1)).toHaveLength(1);
  });
});

it('a retry that does not count keeps the attempt', async () => {
  const attempts: number[] = [];
  broker.consume({
    queue: queueOf(),
    prefetch: 1,
    handle: async ({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 1) return retry(new Error('busy'), { afterMs: 100, counts: false });
      return attempts.length === 2 ? retry(new Error('failed'), { afterMs: 100 }) : done;
    },
  });
  await send('again');
  await waitFor(() => attempts.length === 3, { what: 'three attempts', timeoutMs: 15_000 });
  expect(attempts).toEqual([1, 1, 2]);
});

describe('messages that failed at the same instant', () => {
  const count = 100;
  const firstAttempts = Promise.withResolvers<void>();

  it('come back at different ones, after the delay of their tier', async () => {
    let begun = 0;
    const back: number[] = [];
    broker.consume({
      queue: queueOf(),
      prefetch: 2 * count,
      handle: async ({ attempt }) => {
        if (attempt > 1) {
          back.push(performance.now());
          return done;
        }
        begun += 1;
        if (begun === count) firstAttempts.resolve();
        await firstAttempts.promise;
        return retry(new Error('failed'));
      },
    });
    await Promise.all(Array.from({ length: count }, (_, index) => send(`failing-${index}`)));
    await firstAttempts.promise;
    const failedAt = performance.now();
    await waitFor(() => back.length === count, { what: 'all to come back', timeoutMs: 15_000 });
    expect(Math.min(...back) - failedAt).toBeGreaterThan(1_900);
    // Evenly spread over a second, 20 fall into 200 ms.
    const together = back.map((from) => back.filter((at) => at >= from && at < from + 200).length);
    expect(Math.max(...together)).toBeLessThan(count / 2);
  });

  it('go to their tier at once when the consumer stops', async () => {
    const consumer = broker.consume({
      queue: queueOf(),
      prefetch: 20,
      handle: async () => retry(new Error('failed')),
    });
    await Promise.all(Array.from({ length: 10 }, (_, index) => send(`failing-${index}`)));
    const stoppedAt = performance.now();
    expect(await consumer.stop(5_000)).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(500);
    const waiting = async () => [...(await broker.queueDepths()).values()].reduce((sum, { ready }) => sum + ready, 0);
    await waitFor(async () => (await waiting()) === 10, { what: 'all to wait somewhere' });
  });
});

it('a delivery says when its channel is lost, and the message comes again', async () => {
  const { rabbitmqUrl } = await testServices();
  const target = new URL(rabbitmqUrl);
  await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
  const cut = new Broker({ url: proxy.rewrite(rabbitmqUrl), namespace, connectionName: 'test' });
  const deliveries: Delivery[] = [];
  cut.consume({
    queue: queueOf(),
    prefetch: 5,
    handle: async (delivery) => {
      deliveries.push(delivery);
      if (deliveries.length === 1) await new Promise((resolve) => delivery.signal.addEventListener('abort', resolve));
      return done;
    },
  });
  await send('once');
  await waitFor(() => deliveries.length === 1, { what: 'the delivery' });
  proxy.cut();
  await waitFor(() => deliveries.length === 2, { what: 'the second delivery', timeoutMs: 15_000 });
  expect(deliveries.map(({ signal, redelivered }) => [signal.aborted, redelivered])).toEqual([
    [true, false],
    [false, true],
  ]);
  await cut.close();
});

it('while the broker is blocked no copy is written, and afterwards each is there once', async () => {
  broker.consume({ queue: queueOf(), prefetch: 5, handle: async () => reject(new Error('no')) });
  const { publisher } = broker;
  await waitFor(() => broker.whyNotReady() === undefined, { what: 'the broker' });
  publisher.block(true);
  await send('one');
  await send('two');
  await waitFor(() => events.filter(({ type }) => type === 'settle-failed').length >= 4, { what: 'tries in vain' });
  publisher.block(false);
  const letters = await deadLetters(2);
  expect(letters.map(({ properties }) => String(properties.messageId)).toSorted()).toEqual(['one', 'two']);
  const depth = async () => (await broker.queueDepths()).get(namesIn(namespace).deadLetters)?.ready;
  await waitFor(async () => (await broker.queueDepths()).get(queueOf())?.ready === 0, { what: 'an empty queue' });
  expect(await depth()).toBe(0);
});

describe('a dead letter', () => {
  it('says all that on-call needs, of every attempt', async () => {
    const before = Date.now();
    broker.consume({
      queue: queueOf(),
      prefetch: 1,
      handle: async ({ attempt, firstFailedAt }) => {
        if (attempt === 1) return retry(new TypeError('once 17'), { afterMs: 1 });
        expect(firstFailedAt).toBeGreaterThanOrEqual(before);
        return reject(Object.assign(new RangeError('twice 17'), { kind: 'odd' }), { expired: true });
      },
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await send('x', { traceparent, 'x-foreign': 'stays' });
    const [message] = await deadLetters(1);
    const letter = letterOf(message);
    expect(letter).toMatchObject({
      id: 'x',
      by: 'worker',
      origin: queueOf(),
      error: { name: 'RangeError', kind: 'odd', message: 'twice 17' },
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      attempt: 2,
      attempts: [
        { attempt: 1, error: 'TypeError', kind: 'unknown', worker: 'worker@test:1' },
        { attempt: 2, error: 'RangeError', kind: 'odd' },
      ],
      worker: 'worker@test:1',
      workerVersion: '1.2.3',
      traceparent,
      expired: true,
    });
    expect(letter.error.stack).toContain('consumer.test');
    expect([letter.firstFailedAt, letter.lastFailedAt]).toEqual(letter.attempts.map(({ at }) => at));
    expect(headersOf(message)).toMatchObject({ 'x-foreign': 'stays' });
    expect(headersOf(message)).not.toHaveProperty('x-death');
  });

  it('lists the first attempt and the latest ones', async () => {
    broker.consume({ queue: queueOf(), prefetch: 1, handle: async () => reject(new Error('no')) });
    const attempts = Array.from({ length: 30 }, (_, index) => ({ attempt: index + 1, at: index, worker: 'w' }));
    const listed = attempts.map((attempt) => ({ ...attempt, error: 'Error', kind: 'unknown' }));
    await send('long', { [failureHeaders.attempt]: 31, [failureHeaders.attempts]: listed });
    const letter = letterOf((await deadLetters(1))[0]);
    expect(letter.attempts.map(({ attempt }) => attempt)).toEqual([1, ...Array.from({ length: 19 }, (_, i) => i + 13)]);
  });

  it('of an interaction keeps its body without its token; a retry needs the token', async () => {
    const bodies: string[] = [];
    broker.consume({
      queue: queueOf(),
      prefetch: 1,
      handle: async ({ attempt, body }) => {
        bodies.push(body.toString());
        return attempt === 1 ? retry(new Error('once'), { afterMs: 1 }) : reject(new Error('no'));
      },
    });
    const body = '{"id":"1", "token":"aW50ZXI","data":{"name":"ping"}}';
    await send('1', {}, body);
    const [letter] = await deadLetters(1);
    expect(bodies).toEqual([body, body]);
    expect(letter?.content.toString()).toBe(body.replace('aW50ZXI', '[token]'));
  });

  it('of RabbitMQ itself, after too many deliveries, says so', async () => {
    const counted: (number | undefined)[] = [];
    broker.consume({
      queue: queueOf(),
      prefetch: 1,
      handle: async ({ deliveries }) => {
        counted.push(deliveries);
        return giveBack;
      },
    });
    await send('returned');
    expect(letterOf((await deadLetters(1))[0])).toMatchObject({
      id: 'returned',
      by: 'broker',
      origin: queueOf(),
      error: { kind: 'delivery-limit' },
    });
    expect(counted).toEqual(Array.from({ length: counted.length }, (_, index) => index + 1));
  });
});

it('a message that is moved is handled from the other queue, as it is', async () => {
  const { interactions } = namesIn(namespace);
  const moved: Delivery[] = [];
  broker.consume({ queue: queueOf(), prefetch: 1, handle: async () => move(interactions) });
  broker.consume({
    queue: interactions,
    prefetch: 1,
    handle: async (delivery) => {
      moved.push(delivery);
      return done;
    },
  });
  await send('m', { 'x-own': 1, [failureHeaders.attempt]: 2 }, '{"token":"kept"}');
  await waitFor(() => moved.length === 1, { what: 'the moved message' });
  expect(moved[0]).toMatchObject({ attempt: 2, firstFailedAt: undefined, properties: { messageId: 'm' } });
  expect(moved[0]?.body.toString()).toBe('{"token":"kept"}');
  expect((await broker.queueDepths()).get(queueOf())?.ready).toBe(0);
});
