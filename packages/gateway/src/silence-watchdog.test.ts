import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SilenceWatchdog, type SilenceVerdict } from './silence-watchdog.ts';

const day = 2_100;
const hour = 90;

/** The verdicts other than `wait`, each with the heartbeat at which it was given. */
function watch(watchdog: SilenceWatchdog, heartbeats: number, heard: (index: number) => boolean) {
  const verdicts: (readonly [index: number, verdict: SilenceVerdict])[] = [];
  for (let index = 0; index < heartbeats; index += 1) {
    const verdict = watchdog.beat(heard(index));
    if (verdict === 'wait') continue;
    verdicts.push([index, verdict]);
    watchdog.connected();
  }
  return verdicts;
}

/** Uniform numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

describe('a shard that nothing is wrong with', () => {
  it('may be as busy or quiet as it likes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, share) => {
        const random = randomOf(seed);
        expect(watch(new SilenceWatchdog(), 5 * day, () => random() < share)).toEqual([]);
      }),
    );
  });

  it('may fall quiet slowly, every night, and keeps its session', () => {
    const nights = fc.record({
      seed: fc.integer(),
      most: fc.double({ min: 0.1, max: 1, noNaN: true }),
      exponent: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(nights, ({ seed, most, exponent }) => {
        const random = randomOf(seed);
        const share = (index: number) => most * ((1 + Math.cos((2 * Math.PI * index) / day)) / 2) ** exponent;
        const verdicts = watch(new SilenceWatchdog(), 7 * day, (index) => random() < share(index));
        expect(verdicts.filter(([, verdict]) => verdict === 'identify')).toEqual([]);
        expect(verdicts.length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('may sleep from one heartbeat to the next, every night, and keeps its session', () => {
    const nights = fc.record({
      awake: fc.integer({ min: hour, max: day - hour }),
      start: fc.nat(day),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(nights, ({ awake, start, seed }) => {
        const random = randomOf(seed);
        const heard = (index: number) => (index + start) % day < awake && random() < 0.97;
        const verdicts = watch(new SilenceWatchdog(), 7 * day, heard);
        expect(verdicts.filter(([, verdict]) => verdict === 'identify')).toEqual([]);
      }),
    );
  });
});

describe('a busy shard that goes deaf', () => {
  it('is resumed within minutes and, when that did not help, given up', () => {
    const watchdog = new SilenceWatchdog();
    expect(watch(watchdog, day, () => true)).toEqual([]);
    const [first, second] = watch(watchdog, hour, () => false);
    expect(first?.[1]).toBe('resume');
    expect(first?.[0]).toBeLessThan(10);
    expect(second?.[1]).toBe('identify');
    expect(second?.[0]).toBeLessThan(30);
  });

  it('keeps its session as long as it is not known what is normal', () => {
    const watchdog = new SilenceWatchdog();
    watch(watchdog, day - 2 * hour, () => true);
    expect(watch(watchdog, hour, () => false).map(([, verdict]) => verdict)).toEqual(['resume']);
  });

  it('keeps its session when it was not that busy', () => {
    const random = randomOf(1);
    const watchdog = new SilenceWatchdog();
    watch(watchdog, 2 * day, () => random() < 0.7);
    expect(watch(watchdog, day, () => false).map(([, verdict]) => verdict)).toEqual(['resume']);
  });

  it('is not judged before there is an average', () => {
    const watchdog = new SilenceWatchdog();
    watch(watchdog, hour / 3, () => true);
    expect(watch(watchdog, hour / 2, () => false)).toEqual([]);
  });

  it('is given up ever more rarely when each new session goes deaf as well', () => {
    const watchdog = new SilenceWatchdog();
    watch(watchdog, day, () => true);
    const givenUp: number[] = [];
    for (let index = 0; index < 10 * day; index += 1) {
      const verdict = watchdog.beat(index - (givenUp.at(-1) ?? -day) < 3 * hour);
      if (verdict !== 'wait') watchdog.connected();
      if (verdict === 'identify') givenUp.push(index);
    }
    const waits = givenUp.slice(1).map((index, position) => index - (givenUp[position] ?? 0));
    expect(waits.length).toBeGreaterThan(4);
    waits.forEach((wait, position) => expect(wait).toBeGreaterThanOrEqual(Math.min(day, hour * 2 ** position)));
  });
});
