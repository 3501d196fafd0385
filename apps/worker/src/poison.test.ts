import { waitFor } from '@arrakis/testkit';
import { expect, it } from 'vitest';
import { Trial } from './testing/trial.ts';

it('an event that kills every worker is a dead letter, and those that were in flight beside it are done, once', async () => {
  await using trial = await Trial.prepare({ WORKER_CLAIM_LEASE_MS: '1000', WORKER_EVENT_CONCURRENCY: '30' });
  await trial.start().ready();
  const innocents = Array.from({ length: 20 }, () => trial.publish('member.join', 'innocent'));
  const killer = await trial.publish('member.join', 'killer');
  const ids = await Promise.all(innocents);
  await waitFor(
    () => {
      if (trial.workers.every(({ running }) => !running)) trial.start();
      return trial.deadLetters.length > 0 && new Set(trial.said('effect')).size === ids.length;
    },
    { what: 'the killer to be given up and all others to be done', timeoutMs: 100_000 },
  );
  expect(trial.deadLetters).toMatchObject([
    {
      id: killer,
      by: 'worker',
      error: { name: 'PoisonError', kind: 'poison' },
      origin: trial.broker.names.guildEvents,
    },
  ]);
  expect(trial.said('effect').toSorted()).toEqual(ids.toSorted());
  expect(trial.said('begun').filter((id) => id === killer)).toHaveLength(3);
  expect(trial.workers.length).toBe(4);
  expect(await trial.ready(trial.broker.names.guildEvents)).toBe(0);
}, 120_000);
