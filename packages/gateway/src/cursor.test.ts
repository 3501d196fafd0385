import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.ts';

/** Sequences as a session gives them, rising, now and then with a hole, and an order in which they are confirmed. */
const received = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 300 })
  .map((steps) => steps.reduce<number[]>((all, step) => [...all, (all.at(-1) ?? 0) + step], []));
const confirmOrder = received.chain((sequences) =>
  fc.record({
    sequences: fc.constant(sequences),
    confirms: fc.shuffledSubarray(sequences, { minLength: 0, maxLength: sequences.length }),
  }),
);

describe('the cursor', () => {
  it('stands, after any order of confirms, before the first dispatch that is not confirmed', () => {
    fc.assert(
      fc.property(confirmOrder, ({ sequences, confirms }) => {
        const cursor = new Cursor();
        for (const sequence of sequences) expect(cursor.receive(sequence)).toBe(true);
        const confirmed = new Set<number>();
        for (const sequence of confirms) {
          cursor.confirm(sequence);
          confirmed.add(sequence);
          const firstOpen = sequences.findIndex((candidate) => !confirmed.has(candidate));
          const expected = firstOpen === -1 ? sequences.at(-1) : (sequences[firstOpen - 1] ?? 0);
          expect(cursor.position).toBe(expected);
        }
        expect(cursor.lag).toBe(sequences.filter((sequence) => sequence > cursor.position).length);
      }),
    );
  });

  it('moves neither for what was confirmed before nor for what was never received', () => {
    const cursor = new Cursor(10);
    expect([cursor.receive(10), cursor.receive(11)]).toEqual([false, true]);
    expect([cursor.confirm(10), cursor.confirm(12), cursor.confirm(11), cursor.confirm(11)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(cursor.position).toBe(11);
  });

  it('holds 100,000 unconfirmed dispatches and lets them go in any order without delay', () => {
    const cursor = new Cursor();
    for (let sequence = 1; sequence <= 100_000; sequence += 1) cursor.receive(sequence);
    for (let sequence = 100_000; sequence >= 1; sequence -= 1) cursor.confirm(sequence);
    expect([cursor.position, cursor.lag]).toEqual([100_000, 0]);
  });
});
