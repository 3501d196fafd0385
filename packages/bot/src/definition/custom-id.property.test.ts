import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustomIdPattern } from './custom-id.ts';

const word = fc.stringMatching(/^[a-z0-9-]{1,6}$/);
const parameter = fc.oneof(fc.stringMatching(/^[a-z]{1,3}$/), fc.constantFrom('__proto__', 'constructor'));
const segment = fc.oneof(
  word.map((text) => ({ text, values: [text] })),
  parameter.map((name) => ({ text: `{${name}}`, values: undefined })),
  fc
    .tuple(parameter, fc.uniqueArray(word, { minLength: 1, maxLength: 3 }))
    .map(([name, values]) => ({ text: `{${name}=${values.join('|')}}`, values })),
);

/** A pattern, and for each of its parameters what it may be. */
const patterns = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.map(({ text }) => text).join(':'))
  .filter((text) => new CustomIdPattern(text).faults.length === 0)
  .map((text) => new CustomIdPattern(text));

/** A custom id of the pattern, with any text without `:` for what is free. */
const idOf = (pattern: CustomIdPattern) =>
  fc
    .tuple(
      ...pattern.pattern.split(':').map((text) => {
        const [, name, values] = /^\{(\w+)(?:=(.*))?\}$/.exec(text) ?? [];
        if (name === undefined) return fc.constant(text);
        const free = fc.string({ minLength: 1, maxLength: 8 }).filter((value) => !value.includes(':'));
        return values === undefined ? free : fc.constantFrom(...values.split('|'));
      }),
    )
    .map((texts) => texts.join(':'));

describe('any custom id pattern', () => {
  it('recognises its own ids, and makes the same again of what it reads', () => {
    fc.assert(
      fc.property(
        patterns.chain((pattern) => fc.tuple(fc.constant(pattern), idOf(pattern))),
        ([pattern, id]) => {
          const params = pattern.match(id);
          expect(params).toBeDefined();
          expect(pattern.format(params)).toBe(id);
        },
      ),
    );
  });

  it('shares no id with one that it does not overlap', () => {
    fc.assert(
      fc.property(
        patterns.chain((pattern) => fc.tuple(fc.constant(pattern), idOf(pattern))),
        patterns,
        ([pattern, id], other) => {
          expect(pattern.overlaps(other)).toBe(other.overlaps(pattern));
          if (other.match(id) !== undefined) expect(pattern.overlaps(other)).toBe(true);
        },
      ),
    );
  });

  it('takes whatever text comes, and throws at none', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, id) => {
        const params = new CustomIdPattern(text).match(id);
        expect(params === undefined || typeof params === 'object').toBe(true);
      }),
    );
  });
});
