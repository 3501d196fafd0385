import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutToken } from './secret-token.ts';

const clean = (text: string) => withoutToken(Buffer.from(text)).toString();

/** Fields of any JSON, as Discord might add them. */
const fields = fc.dictionary(fc.string(), fc.jsonValue());

describe('the token of a body', () => {
  it('is replaced, and every other byte stays', () => {
    const written =
      '{ "id":"1",\n "token" : "aW50\\"er" ,"data":{"token":"kept","x":[{"token":"kept"}]},"e":"é\\u0000" }';
    expect(clean(written)).toBe(written.replace('"aW50\\"er"', '"[token]"'));
  });

  it.each([
    ['written with escapes', '{"\\u0074oken":"secret"}'],
    ['given twice', '{"token":"secret","a":1,"token":"secret"}'],
    ['cut off within its text', '{"a":1,"token":"secr'],
    ['before the end is cut off', '{"token":"secret","a":'],
  ])('is removed: %s', (_, text) => {
    expect(clean(text)).not.toContain('secr');
  });

  it.each([
    ['no object', '"token"'],
    ['an array', '["token", "x"]'],
    ['a token of another kind', '{"token":null,"a":"b"}'],
    ['a value that reads like the key', '{"a":"token","b":"kept"}'],
    ['nothing', ''],
    ['no JSON', ':::"token"'],
  ])('is nowhere in: %s', (_, text) => {
    const body = Buffer.from(text);
    expect(withoutToken(body)).toBe(body);
  });

  it('is all that changes, whatever surrounds it', () => {
    fc.assert(
      fc.property(fields, fc.string(), fields, fc.constantFrom(0, 2), (before, token, after, indent) => {
        const payload = { ...before, token, ...after };
        const cleaned: unknown = JSON.parse(clean(JSON.stringify(payload, undefined, indent)));
        const expected = typeof payload.token === 'string' ? { ...payload, token: '[token]' } : payload;
        expect(cleaned).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });

  it('is looked for in any bytes without a failure', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        withoutToken(Buffer.from(bytes));
      }),
    );
    expect(clean('{"token":"x"}')).toBe('{"token":"[token]"}');
  });
});
