import { describe, expect, it } from 'vitest';
import { FixedWindow, SlidingWindow } from './window.ts';

describe('a fixed window', () => {
  it('grants its limit until it ends, wherever in it the first request comes', () => {
    const window = new FixedWindow(2, 1000, 300);
    expect(window.take(1200)).toMatchObject({ granted: true, remaining: 1, resetAfterMs: 100, retryAfterMs: 0 });
    expect(window.take(1250)).toMatchObject({ granted: true, remaining: 0, resetAfterMs: 50 });
    expect(window.take(1290)).toMatchObject({ granted: false, remaining: 0, resetAfterMs: 10, retryAfterMs: 10 });
    expect(window.take(1300)).toMatchObject({ granted: true, remaining: 1, resetAfterMs: 1000 });
    expect(window.take(5555)).toMatchObject({ granted: true, remaining: 1, resetAfterMs: 745 });
  });

  it('can pass twice its limit around an edge, as the global one of Discord can', () => {
    const window = new FixedWindow(50, 1000, 0);
    const granted = (at: number): number =>
      Array.from({ length: 60 }, () => window.take(at)).filter((share) => share.granted).length;
    expect(granted(999) + granted(1000)).toBe(100);
  });
});

describe('a sliding window', () => {
  it('gives shares back one by one, so that the reset moves', () => {
    const window = new SlidingWindow(5, 5000);
    expect(window.take(0)).toMatchObject({ granted: true, remaining: 4, resetAfterMs: 1000 });
    expect(window.take(0)).toMatchObject({ remaining: 3, resetAfterMs: 2000 });
    expect(window.take(500)).toMatchObject({ remaining: 2, resetAfterMs: 2500 });
    expect(window.take(10_000)).toMatchObject({ remaining: 4, resetAfterMs: 1000 });
  });

  it('rejects beyond its limit, and grants again as soon as one share is back', () => {
    const window = new SlidingWindow(5, 5000);
    for (let index = 0; index < 5; index += 1) expect(window.take(0).granted).toBe(true);
    expect(window.take(250)).toMatchObject({ granted: false, remaining: 0, retryAfterMs: 750, resetAfterMs: 4750 });
    expect(window.take(1000).granted).toBe(true);
    expect(window.take(1000).granted).toBe(false);
  });
});
