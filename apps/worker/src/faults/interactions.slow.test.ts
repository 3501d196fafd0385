import { expect, it } from 'vitest';
import { answerWhileKilled } from '../testing/killed-fleet.ts';

it(
  'ten thousand interactions during which workers are killed are all answered or dead letters, and no token is anywhere',
  { timeout: 480_000, tags: ['fault-21'] },
  async ({ task }) => {
    const plan = { interactions: 10_000, perSecond: 100, workers: 4, pauseMs: 3_000 };
    const report = await answerWhileKilled(plan, task);
    expect(report).toMatchObject({ lost: [], faults: [], secretsFound: 0 });
    expect(report.kills).toBeGreaterThan(10);
    expect(report.secretsInPaths).toBeGreaterThan(plan.interactions);
    // Not all of them on a machine that is too busy to answer in time.
    expect(report.answered).toBeGreaterThan(0.99 * plan.interactions);
    // What a killed worker had begun is still answered, not one for each of them is too late.
    expect(report.deadLetters['expired'] ?? 0).toBeLessThan(report.kills / 4);
  },
);
