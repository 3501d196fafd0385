import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { believedShardCount } from './shard-count.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Answers with these, one after the other; an error is thrown. */
function answering(...answers: readonly (number | undefined | Error)[]) {
  let asked = 0;
  const read = async () => {
    const answer = answers[asked];
    asked += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { count: believedShardCount(read), asked: () => asked };
}

describe('the shard count', () => {
  it('is asked for once by any number of callers, and again after some seconds', async () => {
    const { count, asked } = answering(4, 8);
    expect(await Promise.all([count(), count(), count()])).toEqual([4, 4, 4]);
    expect(asked()).toBe(1);
    vi.advanceTimersByTime(4_000);
    expect(await count()).toBe(4);
    vi.advanceTimersByTime(2_000);
    expect(await count()).toBe(8);
    expect(asked()).toBe(2);
  });

  it('is asked for again at once while nobody knows it', async () => {
    const { count } = answering(undefined, 4);
    expect(await count()).toBeUndefined();
    expect(await count()).toBe(4);
  });

  it('is what it was last while it cannot be asked for, and unknown before', async () => {
    const { count } = answering(new Error('Redis is away'), 4, new Error('Redis is away'));
    await expect(count()).rejects.toThrow('Redis is away');
    expect(await count()).toBe(4);
    vi.advanceTimersByTime(6_000);
    expect(await count()).toBe(4);
  });
});
