import type { ClaimStore } from '@arrakis/state';
import { TcpProxy, testServices, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { StoppingError } from './failure.ts';
import { Permits } from './permits.ts';
import { deliveryOf, eventOf } from './testing/deliveries.ts';
import { causeOf, connectState, executorOf, executorsPerTest, releases } from './testing/executors.ts';

executorsPerTest();

const event = eventOf('member.join', {});

describe('an event in the middle of which a worker has died', () => {
  const suspect = async (claims: ClaimStore, deaths: number) => {
    for (let death = 0; death < deaths; death += 1) {
      const result = await claims.claim(event.id, { isolated: true });
      if (result.outcome === 'claimed') await result.claim.release({ suspected: true });
    }
  };

  it('is run alone among its like, and holds nobody else up', async () => {
    const isolation = new Permits(1);
    const { executor, steps, claims, metrics } = await executorOf({ concurrency: 1 }, { isolation });
    await suspect(claims, 1);
    await isolation.acquire();
    const executed = executor.execute(deliveryOf(event));
    await waitFor(() => metrics.conflicts.includes('suspected'), { what: 'the suspicion' });
    expect(await executor.execute(deliveryOf(eventOf('member.join', {})))).toEqual({ kind: 'done' });
    expect([steps, isolation.waiting]).toEqual([['handle'], 1]);
    isolation.release();
    expect(await executed).toEqual({ kind: 'done' });
    expect([steps.length, isolation.taken]).toEqual([2, 0]);
  });

  it('is a dead letter after the third, and has a clean record when it is put back', async () => {
    const { executor, steps, claims } = await executorOf({});
    await suspect(claims, 3);
    const verdict = await executor.execute(deliveryOf(event));
    expect([verdict.kind, causeOf(verdict)]).toMatchObject(['reject', { kind: 'poison' }]);
    expect(steps).toEqual([]);
    expect(await executor.execute(deliveryOf(event))).toEqual({ kind: 'done' });
  });

  it('is given back when the worker stops before its turn', async () => {
    const isolation = new Permits(1);
    const { executor, claims } = await executorOf({}, { isolation });
    await suspect(claims, 1);
    await isolation.acquire();
    const executed = executor.execute(deliveryOf(event));
    await waitFor(() => isolation.waiting === 1, { what: 'the wait' });
    isolation.close();
    expect(await executed).toEqual({ kind: 'return' });
  });

  it('leaves its turn to the next when Redis is away by then, and it is not run', async () => {
    const proxy = await TcpProxy.before((await testServices()).redisUrl);
    releases.push(() => proxy[Symbol.asyncDispose]());
    const state = await connectState(proxy.rewrite((await testServices()).redisUrl));
    const isolation = new Permits(1);
    const { executor } = await executorOf({ withoutClaims: 'go-on' }, { isolation, claims: state.claims });
    await suspect(state.claims, 1);
    await isolation.acquire();
    const old = { ...event, receivedAt: Date.now() - 4_000 };
    const executed = executor.execute(deliveryOf(old, { redelivered: true }));
    await waitFor(() => isolation.waiting === 1, { what: 'the wait' });
    proxy.refuse(true);
    proxy.cut();
    await waitFor(() => state.whyUnavailable() !== undefined, { what: 'the loss to be noticed' });
    isolation.release();
    expect(await executed).toMatchObject({ kind: 'retry', cause: { kind: 'unclaimed-redelivery' } });
    expect(isolation.taken).toBe(0);
  });

  it.each([
    ['is not one whose worker was stopped', false, 'claimed'],
    ['is one whose worker has failed', true, 'suspected'],
  ])('%s, and whose handler did not heed that', async (_, failing, outcome) => {
    const begun = Promise.withResolvers<void>();
    const handle = () => new Promise<void>(() => begun.resolve());
    const url = (await testServices()).redisUrl;
    const [state, heir] = [await connectState(url, 300), await connectState(url, 300)];
    const { executor } = await executorOf({ handle }, { claims: state.claims, failing: () => failing });
    void executor.execute(deliveryOf(event));
    await begun.promise;
    await executor.leaveRunning();
    state.close();
    expect((await heir.claims.claim(event.id)).outcome).toBe('busy');
    const free = async () => {
      const result = await heir.claims.claim(event.id);
      return result.outcome === 'busy' ? undefined : result.outcome;
    };
    expect(await waitFor(free, { what: 'the lease to run out' })).toBe(outcome);
  });

  it('is every one that is in flight when the worker fails', async () => {
    const ending = new AbortController();
    const handle = async (signal: AbortSignal) => {
      ending.abort(new StoppingError());
      signal.throwIfAborted();
    };
    const { executor, claims } = await executorOf({ handle }, { ending: ending.signal, failing: () => true });
    expect(await executor.execute(deliveryOf(event))).toEqual({ kind: 'return' });
    expect(await claims.claim(event.id)).toEqual({ outcome: 'suspected', deaths: 1 });
  });
});

it('a message that nobody ever settled is a dead letter before RabbitMQ moves it without a word', async () => {
  const { executor, steps } = await executorOf({});
  const verdict = await executor.execute(deliveryOf(event, { deliveries: 11 }));
  expect([verdict.kind, causeOf(verdict)]).toMatchObject(['reject', { kind: 'poison' }]);
  expect(steps).toEqual([]);
});

describe('a worker that is held up for longer than its claim holds', () => {
  /** A handler that is held up until another worker has taken its event over. */
  async function overtaken(end: (signal: AbortSignal) => Promise<void>) {
    const target = new URL((await testServices()).redisUrl);
    const proxy = await TcpProxy.start(target.hostname, Number(target.port));
    releases.push(() => proxy.stop());
    const slow = await connectState(proxy.rewrite(target.href), 100);
    const heir = await connectState(target.href);
    const fences: (number | undefined)[] = [];
    const { executor, metrics } = await executorOf(
      {
        async handle(signal, fence) {
          fences.push(fence);
          proxy.pause();
          const taken = async () => {
            const result = await heir.claims.claim(event.id, { isolated: true });
            if (result.outcome === 'claimed') fences.push(result.claim.fence);
            return result.outcome === 'claimed';
          };
          await waitFor(taken, { what: 'the heir' });
          proxy.resume();
          await end(signal);
        },
      },
      { claims: slow.claims },
    );
    const verdict = await executor.execute(deliveryOf(event));
    return { verdict, metrics, heir: heir.claims, fences };
  }

  it('is told, and leaves the event to whoever has taken it over', async () => {
    const { verdict, metrics, heir, fences } = await overtaken(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gave up')))),
    );
    expect(verdict).toMatchObject({ kind: 'retry', counts: false, cause: { kind: 'claim-lost' } });
    expect(metrics.conflicts).toEqual(['lost']);
    expect((await heir.claim(event.id)).outcome).toBe('busy');
    const [late = 0, next = 0] = fences;
    expect(next).toBeGreaterThan(late);
  });

  it('does not mark as done what another is at', async () => {
    const { verdict, metrics, heir } = await overtaken(async () => undefined);
    expect([verdict, metrics.results]).toEqual([{ kind: 'done' }, ['done']]);
    expect((await heir.claim(event.id)).outcome).toBe('busy');
  });
});

it('a handler that takes longer than the lease keeps its event', async () => {
  // Long enough for a machine that does something else meanwhile: a third of it passes between renewals.
  const leaseMs = 1_000;
  const { claims } = await connectState((await testServices()).redisUrl, leaseMs);
  const other = await connectState((await testServices()).redisUrl, leaseMs);
  const handle = async () => {
    const until = performance.now() + 2.5 * leaseMs;
    while (performance.now() < until) expect((await other.claims.claim(event.id)).outcome).toBe('busy');
  };
  const { executor } = await executorOf({ handle }, { claims });
  expect(await executor.execute(deliveryOf(event))).toEqual({ kind: 'done' });
});
