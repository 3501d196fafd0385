import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy, testServices, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

/** A trial in which a proxy stands between the workers and the broker. */
async function trialWithProxy() {
  await using stack = new AsyncDisposableStack();
  const { rabbitmqUrl } = await testServices();
  const proxy = stack.use(await TcpProxy.before(rabbitmqUrl));
  // With AMQP heartbeats each second a silent connection is given up within seconds.
  const url = new URL(proxy.rewrite(rabbitmqUrl));
  url.searchParams.set('heartbeat', '1');
  const settings = { RABBITMQ_URL: url.href, WORKER_CLAIM_LEASE_MS: '1000' };
  const trial = stack.use(await Trial.prepare({ settings }));
  const resources = stack.move();
  return { trial, proxy, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

describe.concurrent('a worker whose broker connection', () => {
  it(
    'is reset before the confirm of a retry publishes that again, and it has its effect once',
    { tags: ['fault-3'] },
    async ({ task }) => {
      await using given = await trialWithProxy();
      const { trial, proxy } = given;
      await trial.startReady();
      const events = await trial.publishMany(50, 'failsOnce');
      await waitFor(() => trial.said('begun').length === events.length, { what: 'all to begin' });
      proxy.delay(300);
      const [tier] = trial.broker.names.retryTiers;
      await waitFor(async () => (await trial.ready(tier?.name ?? '')) > 0, { what: 'copies without a confirm' });
      proxy.cut();
      proxy.delay(0);
      trial.faultEnds();
      const report = await trial.settle(task);
      expect(report.faults).toEqual([]);
      expect(trial.deadLetters).toEqual([]);
    },
  );

  it(
    'swallows everything without a word is given up, and what it held has its effect once',
    { tags: ['fault-4'] },
    async ({ task }) => {
      await using given = await trialWithProxy();
      const { trial, proxy } = given;
      const worker = await trial.startReady();
      const events = await trial.publishMany(50, 'innocent');
      await waitFor(() => trial.said('begun').length === events.length, { what: 'all to begin' });
      proxy.pause();
      await worker.logged(/broker disconnected/);
      // What was swallowed arrives after all: acknowledgements of a connection that the worker has given up.
      proxy.resume();
      trial.faultEnds();
      const report = await trial.settle(task);
      expect(report.faults).toEqual([]);
      expect(trial.deadLetters).toEqual([]);
    },
  );

  it('is lost while it is set up tries until it succeeds', { tags: ['fault-6'] }, async ({ task }) => {
    await using given = await trialWithProxy();
    const { trial, proxy } = given;
    proxy.delay(5);
    const worker = trial.start();
    const losses = () => worker.log.filter(({ msg }) => msg === 'broker disconnected').length;
    // Each handshake and each declaration takes some round trips; it ends after a few, then after a few more.
    for (let roundTrips = 0; roundTrips < 6; roundTrips += 1) {
      const before = losses();
      await waitFor(() => proxy.connections > 0, { what: 'an attempt to connect', timeoutMs: 20_000 });
      await delay(15 * roundTrips);
      proxy.cut();
      await waitFor(() => losses() > before, { what: 'its end' });
    }
    proxy.delay(0);
    trial.faultEnds();
    await trial.publishMany(50, 'innocent');
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
  });
});
