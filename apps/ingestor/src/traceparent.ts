import { randomFillSync } from 'node:crypto';

/** Ids are cut from a pool, since asking for 24 random bytes an event costs more than all else about them. */
const pool = Buffer.alloc(24 * 512);
let used = pool.length;

/** A W3C Trace Context header that begins a new, sampled trace (W3C Trace Context, "traceparent Header"). */
export function newTraceparent(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const ids = pool.toString('hex', used, used + 24);
  used += 24;
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`;
}
