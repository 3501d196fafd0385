import { describe, expect, test } from 'vitest';
import { IdentifyLimits } from './identify-limits.ts';
import { gatewayOptionsSchema } from './options.ts';
import { ReplayBuffer } from './replay-buffer.ts';
import { SendLimit } from './send-limit.ts';

describe('identify limits', () => {
  test('each bucket of shards has one turn a window', () => {
    let nowMs = 0;
    const limits = new IdentifyLimits(gatewayOptionsSchema.parse({ maxConcurrency: 2 }), () => nowMs);
    expect([0, 1, 2, 3].map((shard) => limits.takeTurn(shard))).toEqual([true, true, false, false]);
    nowMs = 4999;
    expect(limits.takeTurn(2)).toBe(false);
    nowMs = 5000;
    expect([2, 0, 3].map((shard) => limits.takeTurn(shard))).toEqual([true, false, true]);
  });

  test('the budget comes back after its window', () => {
    let nowMs = 100;
    const sessionStartLimit = { total: 2, resetAfterMs: 1000 };
    const limits = new IdentifyLimits(gatewayOptionsSchema.parse({ sessionStartLimit }), () => nowMs);
    expect([limits.takeStart(), limits.takeStart(), limits.takeStart()]).toEqual([true, true, false]);
    nowMs = 600;
    expect(limits.state()).toEqual({ total: 2, remaining: 0, reset_after: 500, max_concurrency: 1 });
    nowMs = 3250;
    expect(limits.state()).toMatchObject({ remaining: 2, reset_after: 850 });
    expect(limits.takeStart()).toBe(true);
  });
});

test('the send limit counts anew in each window', () => {
  const limit = new SendLimit({ count: 2, windowMs: 100 });
  const taken = [0, 50, 99, 100, 101, 199, 200].map((nowMs) => limit.take(nowMs));
  expect(taken).toEqual([true, true, false, true, true, false, true]);
});

describe('the replay buffer', () => {
  test('keeps the newest frames up to its capacity', () => {
    const buffer = new ReplayBuffer(3);
    for (const frame of ['a', 'b', 'c', 'd']) buffer.push(frame);
    expect(buffer).toMatchObject({ lastSequence: 4, oldestSequence: 2, size: 3, full: true });
    expect([0, 1, 2, 3, 4, 5].map((sequence) => buffer.get(sequence))).toEqual([
      undefined,
      undefined,
      'b',
      'c',
      'd',
      undefined,
    ]);
    expect([buffer.reachesBackTo(0), buffer.reachesBackTo(1)]).toEqual([false, true]);
  });

  test('lets go of what is acknowledged or dropped', () => {
    const buffer = new ReplayBuffer(4);
    for (const frame of ['a', 'b', 'c', 'd']) buffer.push(frame);
    buffer.drop(3);
    buffer.trimThrough(1);
    expect([1, 2, 3, 4].map((sequence) => buffer.get(sequence))).toEqual([undefined, 'b', undefined, 'd']);
    buffer.trimThrough(99);
    expect(buffer).toMatchObject({ size: 0, full: false, lastSequence: 4 });
    buffer.push('e');
    expect(buffer.get(5)).toBe('e');
  });
});

test('an option out of range is refused with its name', () => {
  expect(() => gatewayOptionsSchema.parse({ maxConcurrency: 0 })).toThrow('maxConcurrency');
});
