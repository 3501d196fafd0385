import type { FaultOptions, LimitOptions } from '@arrakis/simulator';
import { describe, expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

const messages = { method: 'POST', route: '/channels/{channel.id}/messages' };

const window = { limit: 2, windowMs: 3_000 } as const;

/** A limit that no header tells of: the first who learn of it are refused. */
const hiddenLimit: LimitOptions = {
  buckets: [{ routes: [`${messages.method} ${messages.route}`], limit: 50, windowMs: 1_000, shared: window }],
};

const answers: readonly [string, number, FaultOptions | undefined][] = [
  ['429, since too much is asked of it,', 8, undefined],
  // More often than one call is tried: the event goes through a retry tier.
  ['503 for a while', 3, { ...messages, status: 503, times: 20 }],
  ['nothing, and has done it,', 4, { ...messages, loseResponse: true, times: 3 }],
];

describe.concurrent('a worker to whom Discord says', { tags: ['fault-19'] }, () => {
  it.for(answers)('%s has every effect once', async ([, count, fault], { task }) => {
    await using trial = await Trial.prepare({ simulator: fault === undefined ? { limits: hiddenLimit } : {} });
    const { discord } = trial;
    const worker = await trial.startReady();
    const struck = fault === undefined ? undefined : discord.rest.addFault(fault);
    await trial.publishMany(count, 'poster');
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(trial.deadLetters).toEqual([]);
    expect(trial.effects()).toHaveLength(count);
    expect(struck?.hits).toBe(fault?.times);
    const limited = discord.recording.requests({ ...messages, status: 429 });
    expect(limited.length).toBeGreaterThan(fault === undefined ? 0 : -1);
    expect(worker.exitCode).toBe(0);
  });
});
