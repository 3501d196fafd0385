import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReconnectDelay } from './reconnect-delay.ts';

const lost = { readyForMs: 0, invalidated: false, paused: false, mayBeTaken: false };
const delaysAfter = (times: number, ended = lost) => {
  const delay = new ReconnectDelay();
  return Array.from({ length: times }, () => delay.next(ended));
};

describe('the wait before a reconnect', () => {
  it('grows with every failure in a row to a minute, is never twice the same, and never ends', () => {
    fc.assert(
      fc.property(fc.nat(2_000), (failures) => {
        const last = delaysAfter(failures + 1).at(-1) ?? 0;
        const ceiling = Math.min(60_000, 500 * 2 ** failures);
        expect(last).toBeGreaterThanOrEqual(Math.floor(ceiling / 10));
        expect(last).toBeLessThanOrEqual(ceiling);
      }),
      { numRuns: 50 },
    );
    expect(new Set(delaysAfter(50)).size).toBeGreaterThan(40);
  });

  it('is short again after a connection that has lasted, and after one on which we did not read', () => {
    for (const good of [{ readyForMs: 10_000 }, { paused: true }]) {
      const delay = new ReconnectDelay();
      for (let failure = 0; failure < 10; failure += 1) delay.next(lost);
      expect(delay.next({ ...lost, ...good })).toBeLessThanOrEqual(500);
    }
    expect(Math.max(...delaysAfter(50, { ...lost, paused: true }))).toBeLessThanOrEqual(500);
  });

  it('is one to five seconds when Discord has invalidated the session', () => {
    for (let run = 0; run < 100; run += 1) {
      const [delay = 0] = delaysAfter(1, { ...lost, invalidated: true });
      expect(delay).toBeGreaterThanOrEqual(1_000);
      expect(delay).toBeLessThanOrEqual(5_000);
    }
  });

  it('leaves a session that another may have taken to that one, until its connection is stable', () => {
    const delays = delaysAfter(100, { ...lost, readyForMs: 9_999, mayBeTaken: true });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(15_000);
    expect(Math.max(...delays.slice(0, 6))).toBeLessThanOrEqual(30_000);
    expect(new Set(delays).size).toBeGreaterThan(90);
    const [invalidated = 0] = delaysAfter(1, { ...lost, invalidated: true, mayBeTaken: true });
    expect(invalidated).toBeGreaterThanOrEqual(15_000);
  });

  it('is short when a connection that has lasted is lost, or one on which we did not read, whoever may have taken it', () => {
    for (const good of [{ readyForMs: 10_000 }, { paused: true }]) {
      const delays = delaysAfter(50, { ...lost, ...good, mayBeTaken: true });
      expect(Math.max(...delays)).toBeLessThanOrEqual(500);
    }
  });
});
