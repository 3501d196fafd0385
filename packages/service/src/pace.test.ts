import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Pace, restAfter } from './pace.ts';

describe('a turn of the event loop', () => {
  it('is followed by no rest when the last one is long ago', () => {
    expect(restAfter({ perMs: 0.01, events: 1, passedMs: 100 })).toBeLessThanOrEqual(0);
  });

  it('is followed by what is left of its time, which grows with the rate up to a limit', () => {
    const rests = [0, 1, 3, 5, 100].map((perMs) => restAfter({ perMs, events: 10, passedMs: 1 }));
    expect(rests).toEqual(rests.toSorted((a, b) => a - b));
    expect(rests[0]).toBe(2);
    expect(rests.at(-1)).toBe(7);
  });

  it('is followed by the next at once when it found many events', () => {
    expect(restAfter({ perMs: 100, events: 48, passedMs: 0 })).toBe(0);
  });
});

describe('a pace', () => {
  /** The rests, in ms, after turns of so many events each. */
  async function restsAfter(pace: Pace, turns: readonly number[]): Promise<number[]> {
    const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    onTestFinished(() => wait.mockRestore());
    for (const events of turns) {
      for (let event = 0; event < events; event += 1) pace.note();
      await setImmediate();
    }
    return wait.mock.calls.map(([, , , restMs]) => restMs ?? 0);
  }

  it('holds nothing up below its rate', async () => {
    expect(await restsAfter(new Pace({ fromPerSecond: 1_000_000_000 }), [1, 5, 5, 5])).toEqual([]);
  });

  it('rests once a turn, whatever its events, and not after the first', async () => {
    const rests = await restsAfter(new Pace(), [1, 5, 5, 5]);
    expect(rests.length).toBeLessThanOrEqual(3);
    for (const restMs of rests) expect(restMs).toBeLessThanOrEqual(8);
  });
});
