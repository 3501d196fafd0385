import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

describe.concurrent('a worker', () => {
  it('whose queue is deleted consumes that which it declares then', { tags: ['fault-7'] }, async ({ task }) => {
    await using trial = await Trial.prepare();
    const client = await trial.connectClient();
    const worker = await trial.startReady();
    // What is in flight is done, though nobody can acknowledge it any more.
    const events = await trial.publishMany(20, 'innocent');
    await waitFor(() => trial.said('begun').length === events.length, { what: 'all to begin' });
    await client.deleteQueue(trial.broker.names.guildEvents);
    await worker.logged(/broker cancelled the consumer/);
    trial.faultEnds();
    await trial.publishMany(20, 'innocent');
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(trial.deadLetters).toEqual([]);
  });

  it.for(['exchange', 'queue'] as const)(
    'that misses the %s of a retry tier keeps its events, declares it again and goes on',
    { tags: ['fault-9'] },
    async (what, { task }) => {
      await using trial = await Trial.prepare();
      const client = await trial.connectClient();
      await trial.startReady();
      const [tier] = trial.broker.names.retryTiers;
      await (what === 'queue' ? client.deleteQueue(tier?.name ?? '') : client.deleteExchange(tier?.name ?? ''));
      await trial.publishMany(20, 'failsOnce');
      trial.faultEnds();
      const report = await trial.settle(task);
      expect(report.faults).toEqual([]);
      expect(trial.deadLetters).toEqual([]);
      expect(trial.said('begun')).toHaveLength(40);
    },
  );
});
