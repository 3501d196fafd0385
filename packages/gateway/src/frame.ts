import { z } from 'zod';

/** A gateway payload, its dispatch data parsed and, beside it, the bytes of `d` as they came. */
export interface Frame {
  readonly op: number;
  /** Sequence, for dispatches only. */
  readonly s: number | null;
  /** Event name, for dispatches only. */
  readonly t: string | null;
  readonly d: unknown;
  /** The bytes of `d`, for dispatches only; empty otherwise. */
  readonly body: Buffer;
}

/** What came is not a gateway payload. The connection is unusable, the session is not. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly kind = 'frame';
  readonly retryable = true;
}

const noBytes = Buffer.alloc(0);

const payload = z.object({
  op: z.number().int(),
  s: z.number().int().min(0).nullish(),
  // It becomes part of a routing key, which AMQP limits to 255 bytes.
  t: z
    .string()
    .regex(/^[A-Z0-9_]{1,100}$/)
    .nullish(),
  d: z.unknown(),
});

/**
 * Reads one payload. The one `JSON.parse` is all that is spent on a usual dispatch: Discord writes
 * `{"t":…,"s":…,"op":0,"d":…}`, so the bytes of `d` are what follows that known beginning. A payload written in
 * another way is understood too, at the price of writing `d` out again.
 * @throws {FrameError} when it is not a payload.
 */
export function readFrame(data: Buffer): Frame {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data.toString());
  } catch {
    // The text is not repeated: it may hold anything a member has written, or an interaction token.
    throw new FrameError(`A gateway payload of ${data.length} bytes is not JSON.`);
  }
  const result = payload.safeParse(parsed);
  if (!result.success) throw new FrameError(`A gateway payload is malformed: ${z.prettifyError(result.error)}`);
  const { op, s = null, t = null, d } = result.data;
  if (op !== 0) return { op, s, t, d, body: noBytes };
  if (s === null || t === null) throw new FrameError('A dispatch has no sequence or no name.');
  return { op, s, t, d, body: sliceData(data, { t, s, parsed, d }) };
}

interface Known {
  readonly t: string;
  readonly s: number;
  readonly parsed: unknown;
  readonly d: unknown;
}

/** A small piece of a large buffer would keep all of it in memory until the broker has confirmed the piece. */
function owned(bytes: Buffer): Buffer {
  return bytes.length * 2 < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
}

function sliceData(data: Buffer, { t, s, parsed, d }: Known): Buffer {
  const prefix = `{"t":"${t}","s":${s},"op":0,"d":`;
  const usual =
    data.length > prefix.length &&
    data.toString('latin1', 0, prefix.length) === prefix &&
    data.at(-1) === 0x7d &&
    // `d` is the last of exactly these four: then everything up to the closing brace is its value.
    typeof parsed === 'object' &&
    parsed !== null &&
    Object.keys(parsed).length === 4;
  if (usual) return owned(data.subarray(prefix.length, -1));
  return Buffer.from(JSON.stringify(d ?? null));
}
