import { waitFor } from '@arrakis/testkit';
import { expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

it(
  'a worker that stands still past its lease is overtaken, and does not undo what the other does',
  { tags: ['fault-12'] },
  async ({ task }) => {
    await using trial = await Trial.prepare({ settings: { WORKER_CLAIM_LEASE_MS: '2000' } });
    const [sleeper, heir] = [trial.start(), trial.start()];
    await Promise.all([sleeper.ready(), heir.ready()]);
    const id = await trial.publish('member.join', 'slow');
    const begunBy = () => [sleeper, heir].find(({ log }) => log.some(({ msg }) => msg === 'begun'));
    const first = await waitFor(begunBy, { what: 'the event to begin' });
    const second = first === sleeper ? heir : sleeper;
    first.signal('SIGSTOP');
    // Copies, as when the broker delivers again what a worker seems to have died with; some reach the one that stands still.
    for (let copy = 0; copy < 4; copy += 1) await trial.publish('member.join', 'slow', { id });
    await waitFor(() => second.log.some(({ msg }) => msg === 'begun'), { what: 'the heir', timeoutMs: 30_000 });
    first.signal('SIGCONT');
    trial.faultEnds();
    const conflicts = () => first.metric('bot_claim_conflicts_total{outcome="lost"}');
    await waitFor(async () => (await conflicts()) === 1, { what: 'the sleeper to learn of it' });
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(first.log.filter(({ msg }) => msg === 'effect')).toEqual([]);
    expect(trial.deadLetters).toEqual([]);
    const fences = [first, second].map(({ log }) => Number(log.find(({ msg }) => msg === 'begun')?.['fence']));
    expect(fences[1]).toBeGreaterThan(fences[0] ?? Infinity);
  },
);
