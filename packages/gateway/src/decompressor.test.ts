import { constants, createDeflate, createZstdCompress } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecompressor } from './decompressor.ts';
import { FrameError } from './frame.ts';

const maxBytes = 1_000_000;
const streams = ['zlib-stream', 'zstd-stream'] as const;

/** What Discord would send: one context, flushed after each text. */
async function compress(kind: (typeof streams)[number], texts: readonly string[]): Promise<Buffer[]> {
  const stream =
    kind === 'zlib-stream'
      ? createDeflate({ flush: constants.Z_SYNC_FLUSH })
      : createZstdCompress({ flush: constants.ZSTD_e_flush });
  let chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const messages: Buffer[] = [];
  for (const text of texts) {
    await new Promise<void>((resolve) => stream.write(text, () => resolve()));
    messages.push(Buffer.concat(chunks));
    chunks = [];
  }
  stream.destroy();
  return messages;
}

/** The payloads as text, until one is refused. */
function decompress(kind: (typeof streams)[number], messages: readonly Buffer[]): string[] {
  const decompressor = createDecompressor(kind, maxBytes);
  const payloads: string[] = [];
  try {
    for (const message of messages) {
      const payload = decompressor.payload(message);
      if (payload !== undefined) payloads.push(payload.toString());
    }
  } catch (cause) {
    expect(cause).toBeInstanceOf(FrameError);
  } finally {
    decompressor.close();
  }
  return payloads;
}

const text = fc
  .tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.integer({ min: 1, max: 5_000 }))
  .map(([piece, times]) => piece.repeat(times));
const texts = fc.array(text, { minLength: 1, maxLength: 12 });

describe.each(streams)('%s', (kind) => {
  it('gives each payload back, whatever its size', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (payloads) => {
        expect(decompress(kind, await compress(kind, payloads))).toEqual(payloads);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses what is damaged, never gives back what was not sent before the damage, and never crashes', async () => {
    const payloads = Array.from(
      { length: 8 },
      (_, index) => `{"index":${index},"text":"${'spice '.repeat(index * 50)}"}`,
    );
    const messages = await compress(kind, payloads);
    const damage = fc.record({
      message: fc.nat(7),
      at: fc.nat(),
      bytes: fc.uint8Array({ maxLength: 20 }),
      cut: fc.nat(20),
    });
    fc.assert(
      fc.property(damage, ({ message: damaged, at, bytes, cut }) => {
        const hostile = messages.map((message, index) => {
          if (index !== damaged) return message;
          const from = at % message.length;
          return Buffer.concat([message.subarray(0, from), bytes, message.subarray(from + cut)]);
        });
        expect(decompress(kind, hostile).slice(0, damaged)).toEqual(payloads.slice(0, damaged));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a payload that unfolds beyond the limit', async () => {
    const [fits = Buffer.alloc(0), bomb = Buffer.alloc(0)] = await compress(kind, [
      'x'.repeat(maxBytes),
      'y'.repeat(50 * maxBytes),
    ]);
    const decompressor = createDecompressor(kind, maxBytes);
    expect(decompressor.payload(fits)?.length).toBe(maxBytes);
    expect(() => decompressor.payload(bomb)).toThrow(FrameError);
    decompressor.close();
  });
});

describe('zlib-stream', () => {
  it('takes a payload that comes in several messages', async () => {
    const payloads = ['{"a":1}', '{"b":"☂☂☂"}', '{"c":null}'];
    const messages = await compress('zlib-stream', payloads);
    const cut = fc.array(fc.nat(200), { maxLength: 5 });
    fc.assert(
      fc.property(cut, (cuts) => {
        const pieces = messages.flatMap((message) => {
          const ends = [...new Set(cuts.map((at) => at % message.length)), message.length].toSorted((a, b) => a - b);
          return ends
            .map((end, index) => message.subarray(ends[index - 1] ?? 0, end))
            .filter(({ length }) => length > 0);
        });
        expect(decompress('zlib-stream', pieces)).toEqual(payloads);
      }),
    );
  });

  it('refuses a payload that never ends', () => {
    const decompressor = createDecompressor('zlib-stream', maxBytes);
    expect(decompressor.payload(Buffer.alloc(maxBytes / 2))).toBeUndefined();
    expect(() => decompressor.payload(Buffer.alloc(maxBytes))).toThrow(/more than 1000000 bytes/);
    decompressor.close();
  });
});
