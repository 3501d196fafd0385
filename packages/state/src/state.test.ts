import { PrivateRedis, TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateManager, StateUnavailableError } from './index.ts';

const applicationId = '100000000000000001';
const open: StateManager[] = [];

async function connect(namespace: string, url: string): Promise<StateManager> {
  const state = new StateManager({ url, namespace, applicationId });
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

describe('without Redis', () => {
  it('commands fail at once, by name, and work again when it is back', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const state = await connect(namespace, proxy.rewrite(target.href));
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

describe('a connection that is open and silent', () => {
  it('is left for a new one, since its host may be gone without a word', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const state = await connect(namespace, proxy.rewrite(target.href));
    proxy.strand();
    await expect(state.claims.claim('event')).rejects.toThrow(StateUnavailableError);
    const works = async () => (await state.claims.claim('event')).outcome === 'claimed';
    await waitFor(works, { what: 'another connection', timeoutMs: 15_000 });
  }, 30_000);

  it('from its beginning on is left as well', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    proxy.pause();
    const state = new StateManager({ url: proxy.rewrite(target.href), namespace, applicationId });
    open.push(state);
    await waitFor(() => proxy.connections === 1, { what: 'the first connection' });
    proxy.strand();
    proxy.resume();
    await state.untilAvailable(AbortSignal.timeout(15_000));
  }, 30_000);
});
