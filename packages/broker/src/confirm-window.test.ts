import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfirmWindow } from './confirm-window.ts';

describe('answers of the broker', () => {
  it('reach each message once, in whichever order and form they come', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant('publish' as const) },
      { weight: 2, arbitrary: fc.record({ tag: fc.integer({ min: 1, max: 60 }), multiple: fc.boolean() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const window = new ConfirmWindow<number>();
        const unanswered = new Set<number>();
        let published = 0;
        for (const next of steps) {
          if (next === 'publish') {
            published += 1;
            window.push(published);
            unanswered.add(published);
            continue;
          }
          const expected = [...unanswered].filter((tag) => (next.multiple ? tag <= next.tag : tag === next.tag));
          const answered: number[] = [];
          window.answer(next, (tag) => answered.push(tag));
          expect(answered).toEqual(expected);
          for (const tag of expected) unanswered.delete(tag);
        }
        expect(window.find(() => true)).toBe([...unanswered][0]);
      }),
    );
  });

  it('are found after many others have been forgotten', () => {
    const window = new ConfirmWindow<number>();
    for (let tag = 1; tag <= 5_000; tag += 1) window.push(tag);
    const answered: number[] = [];
    for (let tag = 2; tag <= 5_000; tag += 1) window.answer({ tag, multiple: false }, (one) => answered.push(one));
    window.push(5_001);
    window.answer({ tag: 1, multiple: false }, (one) => answered.push(one));
    window.answer({ tag: 5_001, multiple: true }, (one) => answered.push(one));
    expect(answered).toHaveLength(5_001);
    expect(answered.slice(-2)).toEqual([1, 5_001]);
  });
});
