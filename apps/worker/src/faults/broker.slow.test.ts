import { PrivateRabbitmq, testServices, waitFor, type TestServices } from '@arrakis/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

/** Within what a container platform grants, and the limit of the whole shutdown, in ms. */
const stopLimitMs = 25_000;

let rabbitmq: PrivateRabbitmq;
let services: TestServices;

beforeAll(async () => {
  rabbitmq = await PrivateRabbitmq.start();
  services = { rabbitmqUrl: rabbitmq.url, redisUrl: (await testServices()).redisUrl };
});
afterAll(() => rabbitmq[Symbol.asyncDispose]());

describe('a worker whose broker', () => {
  it.for(['stopped', 'killed'] as const)(
    'is %s with 10,000 of its events unacknowledged, and started again, has every effect once',
    { timeout: 180_000, tags: ['fault-5'] },
    async (how, { task }) => {
      const settings = { WORKER_EVENT_CONCURRENCY: '5000' };
      await using trial = await Trial.prepare({ services, settings });
      const { guildEvents } = trial.broker.names;
      for (let batch = 0; batch < 10; batch += 1) await trial.publishMany(1_000, 'leisurely');
      const worker = await trial.startReady();
      await waitFor(async () => (await trial.ready(guildEvents)) === 0, { what: 'all to be in flight' });
      expect(trial.effects()).toEqual([]);
      await rabbitmq.end(how);
      await worker.logged(/broker disconnected/);
      await rabbitmq.start();
      trial.faultEnds();
      const report = await trial.settle(task, { timeoutMs: 120_000 });
      expect(report.faults).toEqual([]);
      expect(trial.effects()).toHaveLength(10_000);
    },
  );

  it(
    'raises its memory alarm goes on, keeps what has to be tried again, and stops in time',
    { tags: ['fault-8'] },
    async ({ task }) => {
      await using trial = await Trial.prepare({ services });
      await trial.publishMany(20, 'failsOnce');
      await trial.publishMany(20, 'innocent');
      await rabbitmq.alarm(true);
      try {
        // It is given them, and copies of those that fail are what the broker does not read.
        const worker = trial.start();
        await worker.logged(/broker blocked/);
        // Acknowledgements still come through.
        await waitFor(() => trial.effects().length === 20, { what: 'those that succeed' });
        const stoppedAt = performance.now();
        expect(await worker.end('SIGTERM')).toBe(0);
        expect(performance.now() - stoppedAt).toBeLessThan(stopLimitMs);
      } finally {
        await rabbitmq.alarm(false);
      }
      trial.faultEnds();
      trial.start();
      const report = await trial.settle(task);
      expect(report.faults).toEqual([]);
      expect(trial.deadLetters).toEqual([]);
    },
  );

  it('has no room for retries keeps them unacknowledged until there is', { tags: ['fault-3'] }, async ({ task }) => {
    await using trial = await Trial.prepare({ services });
    const [tier] = trial.broker.names.retryTiers;
    const worker = await trial.startReady();
    await rabbitmq.limitQueues(tier?.name ?? '', 1);
    await trial.publishMany(50, 'failsOnce');
    await worker.logged(/its queue is full or unavailable/);
    await rabbitmq.limitQueues(tier?.name ?? '', undefined);
    trial.faultEnds();
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(trial.deadLetters).toEqual([]);
  });

  it(
    'has no room for dead letters keeps them unacknowledged until there is',
    { tags: ['fault-10'] },
    async ({ task }) => {
      await using trial = await Trial.prepare({ services, keepDeadLetters: true });
      const { deadLetters, guildEvents } = trial.broker.names;
      const worker = await trial.startReady();
      await trial.publishMany(10, 'fails');
      await waitFor(async () => (await trial.ready(deadLetters)) === 10, { what: 'the first dead letters' });
      await rabbitmq.limitQueues(deadLetters, 5);
      await trial.publishMany(40, 'fails');
      await worker.logged(/its queue is full or unavailable/);
      // Others are not held up by them, and a successor gets them.
      const others = await trial.publishMany(20, 'innocent');
      await waitFor(() => trial.effects().length === others.length, { what: 'all others' });
      await worker.end('SIGKILL');
      const held = async () => (await trial.ready(guildEvents)) + (await trial.ready(deadLetters));
      await waitFor(async () => (await held()) >= 50, { what: 'all to be in one of the queues' });
      await trial.startReady();
      await rabbitmq.limitQueues(deadLetters, undefined);
      trial.faultEnds();
      trial.takeDeadLetters();
      const report = await trial.settle(task);
      expect(report.lost).toBe(0);
      expect(report.twice).toBe(0);
      expect(new Set(trial.deadLetters.map(({ id }) => id)).size).toBe(50);
    },
  );

  it(
    'closes its channel, since a handler takes longer than a consumer may, has every effect once',
    { tags: ['fault-7', 'fault-11'] },
    async ({ task }) => {
      await rabbitmq.limitSettling(1_500);
      await using trial = await Trial.prepare({ services });
      const worker = await trial.startReady();
      const slow = await trial.publishMany(5, 'slow');
      await trial.publishMany(20, 'innocent');
      await worker.logged(/PRECONDITION.FAILED.*timeout/i);
      trial.faultEnds();
      const report = await trial.settle(task);
      expect(report.faults).toEqual([]);
      expect(trial.deadLetters).toEqual([]);
      expect(trial.said('begun').filter((id) => slow.includes(id))).toHaveLength(slow.length);
    },
  );
});
