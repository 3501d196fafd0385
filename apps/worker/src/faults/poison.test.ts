import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

describe.concurrent('an event that kills every worker', { tags: ['fault-14'], timeout: 120_000 }, () => {
  it.for([0, 20])('is a dead letter, and %i that were in flight beside it are done, once', async (count, { task }) => {
    await using trial = await Trial.prepare({
      settings: { WORKER_CLAIM_LEASE_MS: '1000', WORKER_EVENT_CONCURRENCY: '30' },
    });
    await trial.startReady();
    const innocents = trial.publishMany(count, 'innocent');
    const killer = await trial.publish('member.join', 'killer');
    const ids = await innocents;
    await waitFor(
      () => {
        if (trial.workers.every(({ running }) => !running)) trial.start();
        return trial.deadLetters.length > 0 && new Set(trial.said('effect')).size === ids.length;
      },
      { what: 'the killer to be given up and all others to be done', timeoutMs: 100_000 },
    );
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(trial.deadLetters).toMatchObject([
      {
        id: killer,
        by: 'worker',
        error: { name: 'PoisonError', kind: 'poison' },
        origin: trial.broker.names.guildEvents,
      },
    ]);
    expect(trial.said('begun').filter((id) => id === killer)).toHaveLength(3);
    expect(trial.workers.length).toBe(4);
  });
});
