import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError, readFrame, type DispatchFrame } from './frame.ts';

function readDispatch(data: Buffer): DispatchFrame {
  const frame = readFrame(data);
  return 'body' in frame ? frame : expect.fail('it is a dispatch');
}

const dispatch = (d: unknown) => Buffer.from(`{"t":"GUILD_MEMBER_ADD","s":42,"op":0,"d":${JSON.stringify(d)}}`);

describe('a dispatch', () => {
  it('hands on the very bytes of d when Discord writes it as usual', () => {
    const bytes = '{"a": 1.0, "nick":"Zo\\u00eb ☂", "n":{"d":[]}}';
    const frame = readDispatch(Buffer.from(`{"t":"X","s":7,"op":0,"d":${bytes}}`));
    expect(frame.body.toString()).toBe(bytes);
    expect(frame).toMatchObject({ op: 0, s: 7, t: 'X' });
  });

  it('means the same in any order of keys, with any escapes and spaces', () => {
    const order = fc.shuffledSubarray(['t', 's', 'op', 'd'], { minLength: 4 });
    fc.assert(
      fc.property(order, fc.jsonValue(), fc.integer({ min: 1 }), fc.boolean(), (keys, d, s, spaced) => {
        const parts: Record<string, unknown> = { t: 'NAME_2', s, op: 0, d };
        const text = JSON.stringify(Object.fromEntries(keys.map((key) => [key, parts[key]])), null, spaced ? 2 : 0);
        const frame = readDispatch(Buffer.from(text));
        expect(frame).toMatchObject({ t: 'NAME_2', s, op: 0 });
        expect(JSON.parse(frame.body.toString())).toEqual(JSON.parse(JSON.stringify(d)));
      }),
    );
  });

  it.each(['{"t":"X","s":7,"op":0,"d":', '{"op":0,"t":"X","s":7,"d":'])('may be nested deeply: %s', (begin) => {
    const bytes = `{"id":"1","data":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;
    const frame = readDispatch(Buffer.from(`${begin}${bytes}}`));
    expect(frame.body.equals(Buffer.from(bytes))).toBe(true);
    expect(frame.fields.id).toBe('1');
  });

  it('keeps foreign keys out of the body', () => {
    const frame = readDispatch(Buffer.from('{"t":"X","s":7,"op":0,"d":{"a":1},"trace":["x"]}'));
    expect(frame.body.toString()).toBe('{"a":1}');
  });

  it('has the fields that tell where it belongs, however it is written', () => {
    const d = { id: '1', guild_id: '2', user: { id: '3' }, member: { user: { id: '4' } }, user_id: '5', type: 2 };
    const more = { author: { id: '6' }, unavailable: true, data: { name: 'ping' } };
    const fields = { id: '1', guildId: '2', user: '3', member: '4', userId: '5', type: 2 };
    const expected = { ...fields, author: '6', unavailable: true, commandName: 'ping' };
    expect(readFrame(dispatch({ ...d, ...more }))).toMatchObject({ fields: expected });
    const unusual = Buffer.from(JSON.stringify({ d: { ...more, ...d }, op: 0, s: 1, t: 'X' }));
    expect(readFrame(unusual)).toMatchObject({ fields: expected });
  });
});

it('an acknowledgement needs no more than its opcode, as Discord documents it', () => {
  expect(readFrame(Buffer.from('{"op": 11}'))).toEqual({ op: 11, d: undefined });
});

describe('a damaged dispatch', () => {
  const damage = fc.record({
    at: fc.nat(),
    cut: fc.nat(12),
    insert: fc.constantFrom('', '0', '-', '"', ',', '}', '{}', '"op":0,', '\\', ' ', '\0'),
  });

  it('is read as JSON has it, or refused', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(damage, { maxLength: 3 }), (d, damages) => {
        let text = dispatch(d).toString();
        for (const { at, cut, insert } of damages) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + insert + text.slice(from + cut);
        }
        try {
          const frame = readFrame(Buffer.from(text));
          const { t, s, op, d: data } = JSON.parse(text);
          if ('body' in frame) {
            expect(frame).toMatchObject({ t, s, op: 0 });
            expect(JSON.parse(frame.body.toString())).toEqual(data ?? null);
          } else expect(frame).toEqual({ op, d: data });
        } catch (cause) {
          expect(cause).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['a sequence of more digits than are exact', '{"t":"X","s":12345678901234567890,"op":0,"d":{}}'],
    ['a sequence with a leading zero', '{"t":"X","s":07,"op":0,"d":{}}'],
    ['no sequence', '{"t":"X","s":,"op":0,"d":{}}'],
    ['sequence zero', '{"t":"X","s":0,"op":0,"d":{}}'],
    ['a name that is too long', `{"t":"${'X'.repeat(101)}","s":7,"op":0,"d":{}}`],
    ['an empty name', '{"t":"","s":7,"op":0,"d":{}}'],
    ['no data', '{"t":"X","s":7,"op":0,"d":}'],
    ['two values', '{"t":"X","s":7,"op":0,"d":{}{}}'],
  ])('is refused with %s', (_fault, text) => {
    expect(() => readFrame(Buffer.from(text))).toThrow(FrameError);
  });
});

it('keeps no large buffer alive by a small piece of it', () => {
  const frame = dispatch({ small: true });
  const chunk = Buffer.concat([frame, Buffer.alloc(60_000)]);
  expect(readDispatch(chunk.subarray(0, frame.length)).body.buffer).not.toBe(chunk.buffer);
});

describe('what is no payload', () => {
  it.each([
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '{"op":"0"}',
    '{"op":0,"d":{}}',
    '{"op":0,"s":1,"t":null,"d":{}}',
    '{"op":0,"s":-1,"t":"X"}',
    '{"op":0,"s":1,"t":"GUILD_é"}',
  ])('is refused: %j', (text) => {
    expect(() => readFrame(Buffer.from(text))).toThrow(FrameError);
  });

  it('is refused whatever bytes it has, with an error that repeats none of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readFrame(Buffer.from(bytes));
        } catch (cause) {
          expect(cause).toBeInstanceOf(FrameError);
        }
      }),
    );
    const truncated = dispatch({ token: 'aW50ZXJhY3Rpb246c2VjcmV0' }).subarray(0, -3);
    expect(() => readFrame(truncated)).toThrow(/is not JSON/);
    expect(() => readFrame(truncated)).not.toThrow(/aW50/);
  });
});
