import { randomFillSync } from 'node:crypto';

/** Hexadecimal digits of a trace's id and of its first span's. */
const digits = { trace: 32, span: 16 };
const eachDigits = digits.trace + digits.span;

/** Ids are cut from a pool, since asking for 24 random bytes an event costs more than all else about them. */
const pool = Buffer.alloc((eachDigits / 2) * 64);
let ids = '';
let used = 0;

/** A W3C Trace Context header that begins a new, sampled trace (W3C Trace Context, "traceparent Header"). */
export function newTraceparent(): string {
  if (used === ids.length) {
    ids = randomFillSync(pool).toString('hex');
    used = 0;
  }
  const spanAt = used + digits.trace;
  const end = used + eachDigits;
  const traceparent = `00-${ids.slice(used, spanAt)}-${ids.slice(spanAt, end)}-01`;
  used = end;
  return traceparent;
}
