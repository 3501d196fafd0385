import { longestWaitMs, msOf, rateLimitOf } from './classify.ts';
import { header, type Response } from './response.ts';

/**
 * What an answer says of a limit. `lost`: there was no answer, or none of Discord's own. Of the 429s, `bucket` is about
 * the bucket of the headers, `narrow` about another limit of the same route and resource (a shared one, or one that
 * only some requests count to), `global` about the bot.
 */
export interface LimitFeedback {
  readonly result: 'ok' | 'lost' | 'bucket' | 'narrow' | 'global';
  /** Discord's name of the bucket; empty when the answer names none. */
  readonly hash: string;
  readonly limit: number;
  readonly remaining: number;
  /** Until everything is available again, in ms. */
  readonly resetAfterMs: number;
  /** What a 429 asks to wait, in ms. */
  readonly retryAfterMs: number;
}

const untold = { hash: '', limit: 0, remaining: 0, resetAfterMs: 0 };

/** When nothing is known of what became of a request, as far as limits go. */
export const lost: LimitFeedback = { result: 'lost', ...untold, retryAfterMs: 0 };

/** Least wait after a 429, in ms: an answer that asks for none shall not make a tight loop. */
const leastWaitMs = 50;

/**
 * What an answer says of limits. Only `Reset-After` and `Retry-After` are read: they need no clock that is right.
 * Source: Discord docs, Rate Limits, "Header Format".
 */
export function feedbackOf(response: Response): LimitFeedback {
  const bucket = bucketOf(response);
  // Discord's load balancer knows of no limits: it does not mean that the route has none.
  if (response.status >= 500 && bucket === untold) return lost;
  if (response.status !== 429) return { result: 'ok', ...bucket, retryAfterMs: 0 };
  const limited = rateLimitOf(response);
  if (limited === undefined) return lost;
  const retryAfterMs = Math.max(limited.retryAfterMs, leastWaitMs);
  if (limited.scope === 'global') return { result: 'global', ...bucket, retryAfterMs };
  const narrow = limited.scope === 'shared' || bucket.hash === '' || bucket.remaining > 0;
  return { result: narrow ? 'narrow' : 'bucket', ...bucket, retryAfterMs };
}

/** Names of buckets are short and printable, and no limit is larger. */
const bucketName = /^[\x21-\x7e]{1,128}$/;
const largestLimit = 1_000_000;

function bucketOf({ headers }: Response): typeof untold {
  const hash = header(headers, 'x-ratelimit-bucket');
  const limit = Number(header(headers, 'x-ratelimit-limit'));
  const remaining = Number(header(headers, 'x-ratelimit-remaining'));
  const resetAfterMs = msOf(header(headers, 'x-ratelimit-reset-after'));
  // Headers that make no sense describe no bucket.
  const isCounted = Number.isInteger(limit) && limit > 0 && limit <= largestLimit && remaining >= 0;
  if (hash === undefined || !bucketName.test(hash) || !isCounted) return untold;
  if (resetAfterMs === undefined || resetAfterMs > longestWaitMs) return untold;
  return { hash, limit, remaining: Math.min(remaining, limit), resetAfterMs };
}
