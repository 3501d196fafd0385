import { PrivateRedis, testServices, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

/** How Redis fails, while events are in flight, and how it comes back. */
interface Outage {
  readonly fail: (redis: PrivateRedis) => Promise<unknown>;
  /** Whether events cannot be claimed until it ends. */
  readonly waits: boolean;
  readonly end: (redis: PrivateRedis) => Promise<unknown>;
}

const outages: readonly [string, Outage][] = [
  [
    'is killed, and started again',
    { fail: (redis) => redis.end('killed'), waits: true, end: (redis) => redis.start() },
  ],
  [
    'answers nothing for a while',
    { fail: (redis) => redis.freeze(true), waits: true, end: (redis) => redis.freeze(false) },
  ],
  [
    'has no memory for anything more',
    {
      fail: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '1'),
      waits: true,
      end: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
    },
  ],
  [
    'forgets everything, while events are in flight',
    { fail: (redis) => redis.command('FLUSHALL'), waits: false, end: async () => undefined },
  ],
];

describe.concurrent('a worker whose Redis', { tags: ['fault-13'] }, () => {
  it.for(outages)('%s has every effect once', async ([, { fail, waits, end }], { task }) => {
    await using redis = await PrivateRedis.start();
    const { rabbitmqUrl } = await testServices();
    await using trial = await Trial.prepare({ settings: { RABBITMQ_URL: rabbitmqUrl, REDIS_URL: redis.url } });
    const worker = await trial.startReady();
    const before = await trial.publishMany(20, 'innocent');
    await waitFor(() => trial.said('begun').length === before.length, { what: 'all to begin' });
    await fail(redis);
    const meanwhile = await trial.publishMany(20, 'innocent');
    if (waits) {
      await waitFor(async () => /events wait/.test((await worker.get('/readyz')).text), { what: 'the reason' });
      // What has begun ends; nothing else begins.
      await waitFor(() => trial.effects().length === before.length, { what: 'the effects of what had begun' });
      expect(trial.said('begun').filter((id) => meanwhile.includes(id))).toEqual([]);
    }
    await end(redis);
    trial.faultEnds();
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(trial.deadLetters).toEqual([]);
  });
});
