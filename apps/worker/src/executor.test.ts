import type { Verdict } from '@arrakis/broker';
import { TcpProxy, testServices, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import type { DeliveryFacts } from './execution.ts';
import { StoppingError } from './failure.ts';
import { deliveryOf, eventOf } from './testing/deliveries.ts';
import {
  causeOf,
  connectState,
  executorOf,
  executorsPerTest,
  releases,
  type LaneOptions,
} from './testing/executors.ts';

executorsPerTest();

const event = eventOf('member.join', {});

describe('an event', () => {
  it('is handled and done', async () => {
    const { executor, metrics, steps } = await executorOf({});
    expect(await executor.execute(deliveryOf(event))).toEqual({ kind: 'done' });
    expect(steps).toEqual(['handle']);
    expect(metrics.results).toEqual(['done']);
  });

  it('that comes again is done without being handled', async () => {
    const { executor, metrics, steps } = await executorOf({});
    await executor.execute(deliveryOf(event));
    expect(await executor.execute(deliveryOf(event, { redelivered: true }))).toEqual({ kind: 'done' });
    expect(steps).toEqual(['handle']);
    expect(metrics.results).toEqual(['done', 'duplicate']);
  });

  it('that another worker is at is acknowledged, and looked at again later', async () => {
    const { executor, metrics, steps, claims } = await executorOf({});
    await claims.claim(event.id);
    expect(await executor.execute(deliveryOf(event))).toMatchObject({ kind: 'retry', afterMs: 2_000 });
    expect(steps).toEqual(['acknowledge']);
    expect(metrics.results).toEqual(['retry']);
  });

  it('that was put off is known as delivered before, though that was no attempt', async () => {
    const delivered: boolean[] = [];
    const prepare = (facts: DeliveryFacts) => void delivered.push(facts.delivered);
    const { executor } = await executorOf({ prepare });
    for (const fields of [{}, { redelivered: true }, { firstFailedAt: Date.now() - 2_000 }]) {
      await executor.execute(deliveryOf(event, fields));
    }
    expect(delivered).toEqual([false, true, true]);
  });

  it('that nobody is interested in is done without a claim', async () => {
    const { executor, metrics, claims } = await executorOf({ prepare: () => undefined });
    expect(await executor.execute(deliveryOf(event))).toEqual({ kind: 'done' });
    expect(metrics.results).toEqual(['ignored']);
    expect((await claims.claim(event.id)).outcome).toBe('claimed');
  });

  it('is a dead letter when its message is none', async () => {
    const { executor, metrics, steps } = await executorOf({});
    const verdict = await executor.execute(deliveryOf(event, { properties: { messageId: 'x' } }));
    expect(verdict.kind).toBe('reject');
    expect(causeOf(verdict)).toMatchObject({ kind: 'malformed' });
    expect(metrics.results).toEqual(['malformed']);
    expect(steps).toEqual([]);
  });
});

describe('a failure', () => {
  class Failure extends Error {
    readonly kind = 'test';
    readonly retryable: boolean;
    readonly retryAfterMs: number | undefined;
    constructor(retryable: boolean, retryAfterMs?: number) {
      super('failed');
      this.retryable = retryable;
      this.retryAfterMs = retryAfterMs;
    }
  }
  const failing = (cause: unknown, mayRetry = true) =>
    executorOf({
      mayRetry,
      handle: async () => {
        throw cause;
      },
    });

  it.each<[string, unknown, boolean, Partial<Verdict>]>([
    ['that may pass is tried again', new Failure(true), true, { kind: 'retry' }],
    ['that says when is tried again then', new Failure(true, 7_000), true, { kind: 'retry', afterMs: 7_000 }],
    ['that says nothing of it is tried again', new TypeError('a bug'), true, { kind: 'retry' }],
    ['that is no error is tried again', 'a text', true, { kind: 'retry' }],
    ['that will not pass is a dead letter', new Failure(false), true, { kind: 'reject' }],
    ['of what may not be tried again is a dead letter', new Failure(true), false, { kind: 'reject' }],
  ])('%s', async (_, cause, mayRetry, expected) => {
    const { executor, steps } = await failing(cause, mayRetry);
    const verdict = await executor.execute(deliveryOf(event));
    expect(verdict).toMatchObject(expected);
    expect(causeOf(verdict)).toBe(cause);
    expect(steps.includes('apologize')).toBe(expected.kind === 'reject');
  });

  it('leaves the event to whoever gets it next', async () => {
    const { executor, claims } = await failing(new Failure(true));
    await executor.execute(deliveryOf(event));
    expect((await claims.claim(event.id)).outcome).toBe('claimed');
  });

  it('is counted by its kind', async () => {
    const { executor, metrics } = await failing(new Failure(false));
    await executor.execute(deliveryOf(event));
    expect([metrics.failures, metrics.results]).toEqual([['test'], ['reject']]);
  });

  it('before the handler is known follows the same rules', async () => {
    let cause = new Failure(true);
    const options: LaneOptions = {
      prepare: () => {
        throw cause;
      },
    };
    const { executor } = await executorOf(options);
    expect((await executor.execute(deliveryOf(event, { attempt: 2 }))).kind).toBe('retry');
    expect((await executor.execute(deliveryOf(event, { attempt: 3 }))).kind).toBe('reject');
    cause = new Failure(false);
    expect((await executor.execute(deliveryOf(event))).kind).toBe('reject');
  });
});

describe('a handler without an end', () => {
  it('is told, not waited for, and its event stays claimed', async () => {
    let told: unknown;
    const handle = (signal: AbortSignal) =>
      new Promise<void>(() => signal.addEventListener('abort', () => (told = signal.reason)));
    const { executor, claims } = await executorOf({ handle, handlerTimeoutMs: 50 });
    const verdict = await executor.execute(deliveryOf(event));
    expect(verdict.kind).toBe('retry');
    expect(causeOf(verdict)).toMatchObject({ kind: 'timeout' });
    expect(told).toBe(causeOf(verdict));
    expect((await claims.claim(event.id)).outcome).toBe('busy');
  });

  it('is told when the worker ends', async () => {
    const ending = new AbortController();
    const begun = Promise.withResolvers<void>();
    const handle = async (signal: AbortSignal) => {
      begun.resolve();
      await new Promise<void>((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('told to give up'))),
      );
    };
    const { executor, claims } = await executorOf({ handle }, { ending: ending.signal });
    const executed = executor.execute(deliveryOf(event));
    await begun.promise;
    ending.abort(new StoppingError());
    expect(await executed).toEqual({ kind: 'return' });
    expect((await claims.claim(event.id)).outcome).toBe('claimed');
  });
});

describe('without Redis', () => {
  async function lostRedis() {
    const target = new URL((await testServices()).redisUrl);
    const proxy = await TcpProxy.start(target.hostname, Number(target.port));
    releases.push(() => proxy[Symbol.asyncDispose]());
    const state = await connectState(proxy.rewrite(target.href));
    proxy.refuse(true);
    proxy.cut();
    await waitFor(() => state.whyUnavailable() !== undefined, { what: 'the loss to be noticed' });
    return { proxy, claims: state.claims };
  }

  it('interactions go on', async () => {
    const { claims } = await lostRedis();
    const { executor, steps } = await executorOf({ withoutClaims: 'go-on' }, { claims });
    expect(await executor.execute(deliveryOf(event))).toEqual({ kind: 'done' });
    expect(steps).toEqual(['handle']);
  });

  it('an old one that somebody did not settle is an attempt, so that one that kills has an end', async () => {
    const { claims } = await lostRedis();
    const { executor, steps } = await executorOf({ withoutClaims: 'go-on', maxAttempts: 2 }, { claims });
    const old = eventOf('interaction.command.x', {}, { receivedAt: Date.now() - 4_000 });
    const again = (attempt: number) => executor.execute(deliveryOf(old, { attempt, redelivered: true }));
    expect(await again(1)).toMatchObject({ kind: 'retry', counts: true, cause: { kind: 'unclaimed-redelivery' } });
    expect(await again(2)).toMatchObject({ kind: 'reject' });
    expect(steps).toEqual([]);
    expect(await executor.execute(deliveryOf(old, { attempt: 2 }))).toEqual({ kind: 'done' });
  });

  it('events wait until it is back, and have all their time then', async () => {
    const { proxy, claims } = await lostRedis();
    const handle = async (signal: AbortSignal) => signal.throwIfAborted();
    const { executor, steps } = await executorOf({ handle, handlerTimeoutMs: 100 }, { claims });
    const executed = executor.execute(deliveryOf(event));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(steps).toEqual([]);
    proxy.refuse(false);
    expect(await executed).toEqual({ kind: 'done' });
    expect(steps).toEqual(['handle']);
  });

  it('a stop sends waiting events back, never to the dead letters', async () => {
    const { claims } = await lostRedis();
    const stopping = new AbortController();
    const { executor, steps } = await executorOf({ maxAttempts: 1 }, { claims, stopping: stopping.signal });
    const executed = executor.execute(deliveryOf(event));
    stopping.abort();
    expect(await executed).toEqual({ kind: 'return' });
    expect(steps).toEqual([]);
  });
});

describe('what is no attempt', () => {
  it('a handler that gives up because the worker ends: it goes back to its queue, and nobody is told of a failure', async () => {
    const ending = new AbortController();
    const handle = (signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('gave up', 'AbortError')));
        ending.abort(new StoppingError());
      });
    const { executor, steps, claims } = await executorOf({ handle }, { ending: ending.signal });
    expect(await executor.execute(deliveryOf(event))).toEqual({ kind: 'return' });
    expect(steps).toEqual(['handle']);
    expect((await claims.claim(event.id)).outcome).toBe('claimed');
  });

  it('an event that another worker is at', async () => {
    const { executor, claims } = await executorOf({});
    await claims.claim(event.id);
    expect(await executor.execute(deliveryOf(event))).toMatchObject({ kind: 'retry', counts: false });
  });

  it('a rate limit of Discord, which says when to come back', async () => {
    const limited = Object.assign(new Error('limited'), { retryable: true, retryAfterMs: 7_000 });
    const { executor } = await executorOf({ handle: () => Promise.reject(limited) });
    expect(await executor.execute(deliveryOf(event))).toMatchObject({ kind: 'retry', counts: false, afterMs: 7_000 });
  });
});

it('an event whose channel is lost while it waits for Redis is given up: the broker delivers it again', async () => {
  const url = new URL((await testServices()).redisUrl);
  const proxy = await TcpProxy.start(url.hostname, Number(url.port));
  releases.push(() => proxy.stop());
  const state = await connectState(proxy.rewrite(url.toString()));
  proxy.refuse(true);
  proxy.cut();
  await waitFor(() => state.whyUnavailable() !== undefined, { what: 'the loss to be noticed' });
  const lost = new AbortController();
  const { executor, steps } = await executorOf({}, { claims: state.claims });
  const executed = executor.execute(deliveryOf(event, { signal: lost.signal }));
  lost.abort();
  expect(await executed).toEqual({ kind: 'return' });
  expect(steps).toEqual([]);
});

it('an event of another lane is moved there, without a claim', async () => {
  const { executor, metrics, claims } = await executorOf({ prepare: () => ({ queue: 'low' }) });
  expect(await executor.execute(deliveryOf(event))).toEqual({ kind: 'move', queue: 'low' });
  expect(metrics.results).toEqual(['moved']);
  expect((await claims.claim(event.id)).outcome).toBe('claimed');
});
