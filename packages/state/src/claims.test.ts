import { setImmediate } from 'node:timers/promises';
import { PrivateRedis, TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisClaims } from './claims.ts';
import { StateManager, type ClaimOptions, type ClaimStore } from './index.ts';
import { StateConnection } from './redis.ts';
import { claimStoreContract } from './testing/claim-store-contract.ts';

const applicationId = '100000000000000001';
const releases: (() => void | Promise<void>)[] = [];

let namespace: string;
beforeEach(() => {
  namespace = uniqueNamespace();
});
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

async function connect(options: { url?: string; applicationId?: string } = {}): Promise<StateConnection> {
  const url = (await testServices()).redisUrl;
  const connection = new StateConnection({ url, namespace, applicationId, ...options });
  releases.push(() => connection.close());
  await connection.untilAvailable(AbortSignal.timeout(10_000));
  return connection;
}

async function open(options?: ClaimOptions, connection?: StateConnection): Promise<RedisClaims> {
  const claims = new RedisClaims(connection ?? (await connect()), options);
  releases.push(() => claims.close());
  return claims;
}

claimStoreContract(open, (store: ClaimStore) => {
  if (store instanceof RedisClaims) store.close();
});

/** How many commands Redis has done, by name, without those that ask for it. */
async function commandsDone(redis: Redis): Promise<Map<string, number>> {
  const stats = await redis.info('commandstats');
  return new Map(
    [...stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(([, name = '', calls]) => [name, Number(calls)]),
  );
}

describe('claims in Redis', () => {
  it('belong to one bot', async () => {
    const theirs = await open({}, await connect({ applicationId: '2' }));
    await (await open()).claim('event');
    expect((await theirs.claim('event')).outcome).toBe('claimed');
  });

  it('of many events at once cost few calls, and no script is sent twice', async () => {
    await using server = await PrivateRedis.start();
    const admin = new Redis(server.url);
    releases.push(() => admin.disconnect());
    const claims = await open({}, await connect({ url: server.url }));
    await claims.claim('first');
    const before = await commandsDone(admin);
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => claims.claim(`event ${index}`)));
    await Promise.all(results.flatMap((result) => (result.outcome === 'claimed' ? [result.claim.done()] : [])));
    const after = await commandsDone(admin);
    const done = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect([done('evalsha'), done('eval')]).toEqual([2, 0]);
  });

  it('live on when Redis has lost its data: what is held stays held, and fences go on rising', async () => {
    await using server = await PrivateRedis.start();
    const admin = new Redis(server.url);
    releases.push(() => admin.disconnect());
    const connection = await connect({ url: server.url });
    const [one, other] = [await open({ leaseMs: 60 }, connection), await open({}, connection)];
    const first = await one.claim('event');
    await admin.flushall();
    await waitFor(async () => (await admin.keys('*claim:event')).length === 1, { what: 'the renewal' });
    expect((await other.claim('event')).outcome).toBe('busy');
    const next = await other.claim('another event');
    if (first.outcome !== 'claimed' || next.outcome !== 'claimed') throw new Error('both were claimed');
    expect(next.claim.fence).toBeGreaterThan(first.claim.fence);
    expect(await first.claim.done()).toBe(true);
  });

  it('whose answer was lost are had when asked for again, and kill nobody', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const connection = await connect({ url: proxy.rewrite(target.href) });
    const claims = await open({}, connection);
    proxy.pause();
    await expect(claims.claim('event')).rejects.toThrow(/Redis/);
    proxy.resume();
    await connection.untilAvailable(AbortSignal.timeout(10_000));
    expect((await claims.claim('event')).outcome).toBe('claimed');
    expect((await (await open()).claim('event')).outcome).toBe('busy');
  });

  it('refuse, when Redis does not answer, those that were asked for meanwhile too; what is done is still marked', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const connection = await connect({ url: proxy.rewrite(target.href) });
    const claims = await open({}, connection);
    const handled = await claims.claim('handled');
    if (handled.outcome !== 'claimed') throw new Error('it was claimed');
    proxy.pause();
    const refusals: string[] = [];
    const refused = (event: string) => claims.claim(event).catch(() => refusals.push(event));
    const asked = refused('asked');
    await setImmediate();
    const meanwhile = refused('meanwhile');
    const marked = handled.claim.done();
    await asked;
    proxy.resume();
    await Promise.all([meanwhile, setImmediate()]);
    expect(refusals).toEqual(['asked', 'meanwhile']);
    expect(await marked).toBe(true);
    expect((await (await open()).claim('handled')).outcome).toBe('done');
  });

  it('tell whoever could not renew them in time that they are lost', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const [one, other] = [
      await open({ leaseMs: 60 }, await connect({ url: proxy.rewrite(target.href) })),
      await open(),
    ];
    let lost = 0;
    const first = await one.claim('event', { onLost: () => (lost += 1) });
    proxy.pause();
    await waitFor(async () => (await other.claim('event', { isolated: true })).outcome === 'claimed', {
      what: 'a heir',
    });
    expect(lost).toBe(0);
    proxy.resume();
    await waitFor(() => lost === 1, { what: 'the loss to be told' });
    if (first.outcome !== 'claimed') throw new Error('it was claimed');
    expect(await first.claim.done()).toBe(false);
  });

  it('are used through the state of a bot', async () => {
    const state = new StateManager({ url: (await testServices()).redisUrl, namespace, applicationId });
    releases.push(() => state.close());
    await state.untilAvailable(AbortSignal.timeout(10_000));
    expect((await state.claims.claim('event')).outcome).toBe('claimed');
    expect((await (await open()).claim('event')).outcome).toBe('busy');
  });
});
