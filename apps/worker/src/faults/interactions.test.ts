import { expect, it } from 'vitest';
import { answerWhileKilled } from '../testing/killed-fleet.ts';

it(
  'interactions during which workers are killed are all answered or dead letters, and no token is anywhere',
  { tags: ['fault-21'] },
  async ({ task }) => {
    const settings = { WORKER_CLAIM_LEASE_MS: '1000' };
    const plan = { interactions: 400, perSecond: 60, workers: 3, pauseMs: 1_000, settings };
    const report = await answerWhileKilled(plan, task);
    expect(report).toMatchObject({ lost: [], faults: [], secretsFound: 0 });
    expect(report.kills).toBeGreaterThan(0);
    expect(report.secretsInPaths).toBeGreaterThan(plan.interactions);
    // Not all of them on a machine that is too busy to answer in time.
    expect(report.answered).toBeGreaterThan(0.95 * plan.interactions);
  },
);
