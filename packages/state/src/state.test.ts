import { PrivateRedis, TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateManager, StateUnavailableError } from './index.ts';

const applicationId = '100000000000000001';
const open: StateManager[] = [];

async function connect(namespace: string, options: { leaseMs?: number; url?: string } = {}): Promise<StateManager> {
  const url = options.url ?? (await testServices()).redisUrl;
  const state = new StateManager({
    url,
    namespace,
    applicationId,
    ...(options.leaseMs !== undefined && { claims: { leaseMs: options.leaseMs } }),
  });
  open.push(state);
  await waitFor(() => state.whyUnavailable() === undefined, { what: 'Redis' });
  return state;
}

let namespace: string;
beforeEach(() => {
  namespace = uniqueNamespace();
});
afterEach(() => {
  for (const state of open.splice(0)) state.close();
});

describe('a claim', () => {
  it('is given to one worker, and remembered once done', async () => {
    const [one, other] = [await connect(namespace), await connect(namespace)];
    const first = await one.claims.claim('event');
    expect(first.outcome).toBe('claimed');
    expect((await other.claims.claim('event')).outcome).toBe('busy');
    if (first.outcome !== 'claimed') return;
    expect(await first.claim.done()).toBe(true);
    expect((await other.claims.claim('event')).outcome).toBe('done');
  });

  it('of many at once goes to exactly one', async () => {
    const states = await Promise.all([connect(namespace), connect(namespace), connect(namespace)]);
    const results = await Promise.all(
      Array.from({ length: 20 }, () => states.map((state) => state.claims.claim('contended'))).flat(),
    );
    expect(results.filter((result) => result.outcome === 'claimed')).toHaveLength(1);
  });

  it('can be taken over when released', async () => {
    const state = await connect(namespace);
    const first = await state.claims.claim('event');
    if (first.outcome === 'claimed') await first.claim.release();
    expect((await state.claims.claim('event')).outcome).toBe('claimed');
  });

  it('whose lease ran out can neither be marked done nor released by its late owner', async () => {
    const state = await connect(namespace, { leaseMs: 30 });
    const late = await state.claims.claim('event');
    let next = await state.claims.claim('event');
    await waitFor(
      async () => {
        if (next.outcome !== 'claimed') next = await state.claims.claim('event');
        return next.outcome === 'claimed';
      },
      { what: 'the lease to run out' },
    );
    if (late.outcome !== 'claimed' || next.outcome !== 'claimed') throw new Error('both were claimed once');
    expect(await late.claim.done()).toBe(false);
    await late.claim.release();
  });

  it('belongs to one bot', async () => {
    const mine = await connect(namespace);
    const theirs = new StateManager({ url: (await testServices()).redisUrl, namespace, applicationId: '2' });
    open.push(theirs);
    await waitFor(() => theirs.whyUnavailable() === undefined, { what: 'Redis' });
    await mine.claims.claim('event');
    expect((await theirs.claims.claim('event')).outcome).toBe('claimed');
  });
});

describe('without Redis', () => {
  it('commands fail at once, by name, and work again when it is back', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const state = await connect(namespace, { url: proxy.rewrite(target.href) });
    proxy.refuse(true);
    proxy.cut();
    await waitFor(() => state.whyUnavailable() !== undefined, { what: 'the loss to be noticed' });
    const startedAt = performance.now();
    await expect(state.claims.claim('event')).rejects.toThrow(StateUnavailableError);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    proxy.refuse(false);
    await waitFor(() => state.whyUnavailable() === undefined, { what: 'Redis to be back' });
    expect((await state.claims.claim('event')).outcome).toBe('claimed');
  });
});

describe('after a failover', () => {
  it('a primary that only reads by now is left for a new connection', async () => {
    await using server = await PrivateRedis.start();
    const told: boolean[] = [];
    const onAvailability = (available: boolean) => told.push(available);
    const state = new StateManager({ url: server.url, namespace, applicationId, onAvailability });
    open.push(state);
    await state.untilAvailable(AbortSignal.timeout(10_000));
    const admin = new Redis(server.url);
    try {
      await admin.replicaof('127.0.0.1', 1);
      await expect(state.claims.claim('event')).rejects.toThrow(StateUnavailableError);
      await waitFor(() => told.includes(false) && told.at(-1) === true, { what: 'another connection' });
      await admin.replicaof('NO', 'ONE');
      expect((await state.claims.claim('event')).outcome).toBe('claimed');
    } finally {
      admin.disconnect();
    }
  });
});
