import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonScan, type Scalar } from './json-scan.ts';

const paths = [['id'], ['user', 'id'], ['user', 'name'], ['a', 'b', 'c'], ['a']];
const scan = new JsonScan(paths);

/** What the scan finds; undefined when it says that this is no JSON. */
function scanned(text: string): readonly (Scalar | undefined)[] | undefined {
  // Something stands on either side, as in a frame.
  const bytes = Buffer.from(`1${text}2`);
  return scan.run(bytes, 1, bytes.length - 1) ? paths.map((_path, slot) => scan.scalar(slot)) : undefined;
}

/** The same by the long way. */
function parsed(text: string): readonly (Scalar | undefined)[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text).toString());
  } catch {
    return undefined;
  }
  return paths.map((path) => scalarAt(value, path));
}

function scalarAt(value: unknown, [key, ...rest]: readonly string[]): Scalar | undefined {
  if (key !== undefined) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? scalarAt(Reflect.get(value, key), rest) : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

const key = fc.oneof(fc.constantFrom('id', 'user', 'name', 'a', 'b', 'c'), fc.string({ unit: 'binary', maxLength: 3 }));
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
}));

/** Each character of a text may be written as an escape. */
const escaped = (text: string) => text.replaceAll(/[a-z]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);

it('finds what JSON.parse finds', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(0, 1, '\t', '\r\n '), (value, space) => {
      const text = JSON.stringify(value, null, space);
      expect(scanned(text)).toEqual(parsed(text));
      expect(scanned(` ${text}\n`)).toEqual(parsed(text));
    }),
    { numRuns: 2_000 },
  );
});

it('accepts what JSON.parse accepts, and nothing else', () => {
  const damage = fc.record({
    at: fc.nat(),
    cut: fc.nat(3),
    insert: fc.constantFrom(
      '',
      '0',
      '-',
      '+',
      '.',
      'e',
      'E5',
      '"',
      ',',
      ':',
      '}',
      '{',
      '[',
      ']',
      '\\',
      '\\u12',
      ' ',
      '\0',
      '\u00a0',
      'null',
      'tru',
    ),
  });
  fc.assert(
    fc.property(json, fc.array(damage, { minLength: 1, maxLength: 3 }), (value, damages) => {
      let text = JSON.stringify(value);
      for (const { at, cut, insert } of damages) {
        const from = at % (text.length + 1);
        text = text.slice(0, from) + insert + text.slice(from + cut);
      }
      expect(scanned(text), text).toEqual(parsed(text));
    }),
    { numRuns: 5_000 },
  );
});

it.each([
  ['of a key given twice the last', '{"id":1,"id":"2"}'],
  ['nothing of what a later key replaces', '{"user":{"id":1,"name":"x"},"user":{"name":"y"}}'],
  ['nothing when a scalar replaces it', '{"a":{"b":{"c":1}},"a":3}'],
  ['keys and values written in escapes', `{"${escaped('user')}":{"id":"${escaped('abc')} \\" \\\\ \\/"}}`],
  ['numbers of every form', '{"id":-0.5E+3,"a":-0,"user":{"id":1e999,"name":0}}'],
  ['text of every script', '{"id":"☂ é 🤖","user":{"name":""}}'],
  ['nothing in arrays', '[{"id":1}]'],
  ['nothing in another place', '{"x":{"id":1,"user":{"id":2}}}'],
])('finds %s', (_what, text) => {
  expect(scanned(text)).toEqual(parsed(text));
  expect(scanned(text)).toBeDefined();
});

it.each([
  '',
  ' ',
  '01',
  '1.',
  '.5',
  '-',
  '+1',
  '1e',
  '1e+',
  'nul',
  'True',
  '"',
  '"\\x"',
  '"\\u12g4"',
  '"\n"',
  '{',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{,}',
  '{1:2}',
  '[',
  '[1,]',
  '[,1]',
  '[1 2]',
  '1 2',
  '{}{}',
  '\u00a01',
  '"\\"',
  '{"a":1',
  '[1',
])('refuses %j', (text) => {
  expect(scanned(text)).toBeUndefined();
  expect(parsed(text)).toBeUndefined();
});

it('looks no further than the end it is given', () => {
  const bytes = Buffer.from('{"id":"12"}');
  for (let end = 0; end < bytes.length; end += 1) expect(scan.run(bytes, 0, end)).toBe(false);
  expect(scan.run(Buffer.from('123'), 0, 2)).toBe(true);
});

describe('bytes that are no UTF-8', () => {
  it('are read as JSON.parse reads them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const text = Buffer.concat([Buffer.from('{"id":"'), bytes, Buffer.from('"}')]);
        const values = scan.run(text, 0, text.length) ? paths.map((_path, slot) => scan.scalar(slot)) : undefined;
        expect(values).toEqual(parsed(text.toString()));
      }),
      { numRuns: 2_000 },
    );
  });
});

it.each([
  ['[', ']'],
  ['{"a":', '}'],
  ['[{"x":[1],"a":', '},{}]'],
])('takes what is nested as deeply as it is long: %s', (open, close) => {
  for (const depth of [63, 64, 65, 501, 1_000_000]) {
    const [opening, closing] = [open.repeat(depth), close.repeat(depth)];
    expect(scanned(`{"x":${opening}7${closing},"id":"5"}`)?.[0]).toBe('5');
    expect(scanned(`{"x":${opening}7${closing.slice(1)},"id":"5"}`)).toBeUndefined();
    expect(scanned(`{"x":${opening}7${closing}${close.at(-1)},"id":"5"}`)).toBeUndefined();
    expect(scanned(opening)).toBeUndefined();
  }
});

it('takes the containers that JSON.parse takes, and no others', () => {
  const piece = fc.constantFrom('[', ']', '{', '}', ',', '1', '"a":', '"id":', ' ');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const text = `{"x":${pieces.join('')}}`;
      expect(scanned(text), text).toEqual(parsed(text));
    }),
    { numRuns: 20_000 },
  );
});
