import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import { z } from 'zod';
import { readFields, type DispatchFields } from './dispatch-fields.ts';
import { JsonScan } from './json-scan.ts';

/** A dispatch: an event with its place in the session. */
export interface DispatchFrame {
  readonly op: typeof GatewayOpcodes.Dispatch;
  /** Sequence. */
  readonly s: number;
  /** Event name. */
  readonly t: string;
  /** The bytes of `d` as they came. They are JSON. */
  readonly body: Buffer;
  readonly fields: DispatchFields;
}

/** Any other payload, its data parsed. */
export interface ControlFrame {
  readonly op: Exclude<GatewayOpcodes, typeof GatewayOpcodes.Dispatch>;
  readonly d: unknown;
}

/** A gateway payload. */
export type Frame = DispatchFrame | ControlFrame;

/** What came is not a gateway payload. The connection is unusable, the session is not. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly kind = 'frame';
  readonly retryable = true;
  /** Of a dispatch of which nothing else can be used. */
  readonly sequence: number | undefined;

  constructor(
    message: string,
    { sequence, ...options }: ErrorOptions & { readonly sequence?: number | undefined } = {},
  ) {
    super(message, options);
    this.sequence = sequence;
  }
}

/** Longest event name accepted: it becomes part of a routing key, which AMQP limits to 255 bytes. */
const maxNameLength = 100;

const payload = z.object({
  op: z.number().int(),
  s: z.number().int().min(0).optional(),
  t: z
    .string()
    .regex(new RegExp(`^[A-Z0-9_]{1,${maxNameLength}}$`))
    .optional(),
});

/**
 * Reads one payload. A dispatch as Discord writes it, `{"t":…,"s":…,"op":0,"d":…}`, costs one look at its bytes; one
 * that is written in another way is understood too, at a higher price.
 * @throws {FrameError} when it is not a payload.
 */
export function readFrame(data: Buffer): Frame {
  return readUsualDispatch(data) ?? readAnyPayload(data);
}

/** The pieces between the values of a usual dispatch. */
const start = Buffer.from('{"t":"');
const beforeSequence = Buffer.from('","s":');
const beforeData = Buffer.from(',"op":0,"d":');
const brace = 0x7d;

/** Most digits of a number that is exact in JavaScript whatever they are. */
const maxDigits = 15;

/** Reads a dispatch of exactly the usual form; undefined for everything else. */
function readUsualDispatch(data: Buffer): Frame | undefined {
  if (data.length < start.length || data[data.length - 1] !== brace || !hasAt(data, start, 0)) return undefined;
  const nameEnd = endOfName(data, start.length);
  const sequenceAt = nameEnd + beforeSequence.length;
  if (nameEnd === start.length || !hasAt(data, beforeSequence, nameEnd)) return undefined;
  const sequenceEnd = endOfDigits(data, sequenceAt);
  const bodyAt = sequenceEnd + beforeData.length;
  if (sequenceEnd === sequenceAt || data[sequenceAt] === 0x30) return undefined;
  if (!hasAt(data, beforeData, sequenceEnd)) return undefined;
  // When all of it is one JSON value, the whole is a payload of just these four keys.
  const fields = readFields(data, bodyAt, data.length - 1);
  if (fields === undefined) return undefined;
  return {
    op: GatewayOpcodes.Dispatch,
    s: Number(data.toString('latin1', sequenceAt, sequenceEnd)),
    t: data.toString('latin1', start.length, nameEnd),
    body: owned(data, bodyAt, data.length - 1),
    fields,
  };
}

function hasAt(data: Buffer, bytes: Buffer, at: number): boolean {
  for (let index = 0; index < bytes.length; index += 1) if (data[at + index] !== bytes[index]) return false;
  return true;
}

/** Where an event name that begins at `at` ends. */
function endOfName(data: Buffer, at: number): number {
  let end = at;
  for (; end < at + maxNameLength; end += 1) {
    const byte = data[end] ?? 0;
    const isName = (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || (byte >= 0x30 && byte <= 0x39);
    if (!isName) break;
  }
  return end;
}

function endOfDigits(data: Buffer, at: number): number {
  let end = at;
  for (; end < at + maxDigits; end += 1) {
    const byte = data[end] ?? 0;
    if (byte < 0x30 || byte > 0x39) break;
  }
  return end;
}

/** From this length on, a copy has memory of its own; smaller ones share some. In bytes. */
const ownFrom = 1_024;

/**
 * A small piece of a large buffer would keep all of it in memory until the broker has confirmed the piece; and an
 * interaction waits longer for that than the member events beside it.
 */
function owned(data: Buffer, from: number, to: number): Buffer {
  const bytes = data.subarray(from, to);
  if (bytes.length * 2 >= data.buffer.byteLength) return bytes;
  if (bytes.length < ownFrom) return Buffer.from(bytes);
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/** The sequence of a malformed dispatch, when at least that can be understood. */
function sequenceOf({ op, s }: { readonly op: unknown; readonly s: unknown }): number | undefined {
  return op === GatewayOpcodes.Dispatch && typeof s === 'number' && Number.isSafeInteger(s) && s > 0 ? s : undefined;
}

/** Finds the parts of a payload that is written in any way. */
const parts = new JsonScan([['op'], ['s'], ['t'], ['d']]);

function readAnyPayload(data: Buffer): Frame {
  // The text is not repeated: it may hold anything a member has written, or an interaction token.
  if (!parts.run(data, 0, data.length)) throw new FrameError(`A gateway payload of ${data.length} bytes is not JSON.`);
  const scalars = { op: parts.scalar(0), s: parts.scalar(1), t: parts.scalar(2) };
  const d = parts.bytes(3);
  parts.forget();
  const result = payload.safeParse(scalars);
  if (!result.success) {
    const reason = z.prettifyError(result.error);
    throw new FrameError(`A gateway payload is malformed: ${reason}`, { sequence: sequenceOf(scalars) });
  }
  const { op, s, t } = result.data;
  if (op !== GatewayOpcodes.Dispatch) return { op, d: d === undefined ? undefined : JSON.parse(d.toString()) };
  if (s === undefined || s === 0 || t === undefined) throw new FrameError('A dispatch has no sequence or no name.');
  const body = d === undefined ? Buffer.from('null') : owned(d, 0, d.length);
  const fields = readFields(body, 0, body.length);
  if (fields === undefined) throw new FrameError('The data of a dispatch is not JSON.');
  return { op, s, t, body, fields };
}
