import { done, giveBack, reject, retry, retrySpreadMs, type SingleVerdict } from '@arrakis/broker';
import { retryTier, type RetryTier } from '@arrakis/protocol';
import {
  ClaimedElsewhereError,
  ClaimLostError,
  ExpiredInteractionError,
  failureKind,
  GuildBusyError,
  isPointless,
  isPostponement,
  isRetryable,
  PostponedTooLongError,
  retryAfterMs,
  StoppingError,
} from './failure.ts';

export interface RetryRules {
  /** What the broker offers to wait in. */
  readonly retryTiers: readonly RetryTier[];
  /** For how long after its first failure a message may be put off without an attempt, in ms. */
  readonly maxPostponementMs: number;
}

/** A message that has failed. */
export interface FailedMessage {
  /** 1 for the first time. */
  readonly attempt: number;
  /** In ms since the epoch; undefined when it fails for the first time. */
  readonly firstFailedAt: number | undefined;
  /** Whether its lane and handler let it be tried again. */
  readonly mayRetry: boolean;
  /** Until when that is of use, in ms since the epoch. */
  readonly retryBy: number;
}

/** When to look again at what another worker is at, in ms. */
const busyRetryMs = 2_000;

/** Most attempts at failures of a kind, where more are of no use: who ran out of time once has held a permit all along. */
const attemptsByKind: ReadonlyMap<string, number> = new Map([['timeout', 3]]);

/**
 * What a failure means for its message. An error says itself whether a retry may help (`retryable`); one that does
 * not say so is tried again, since most causes pass. One that says that nothing is left to be done ends the event. A
 * postponement costs no attempt, and is bounded by time instead.
 */
export function failureVerdict(cause: unknown, message: FailedMessage, rules: RetryRules): SingleVerdict {
  if (isPointless(cause)) return done;
  const now = Date.now();
  const { attempt, firstFailedAt = now, mayRetry, retryBy } = message;
  const expired = cause instanceof ExpiredInteractionError || now >= retryBy;
  const exhausted = attempt >= (attemptsByKind.get(failureKind(cause)) ?? Infinity);
  if (!mayRetry || exhausted || isRetryable(cause) === false) return reject(cause, { expired });
  if (cause instanceof StoppingError) return giveBack;
  const postponement = isPostponement(cause);
  const afterMs = isElsewhere(cause) ? busyRetryMs : retryAfterMs(cause);
  const backAt = now + retryTier(rules, attempt, afterMs).delayMs + retrySpreadMs;
  // It would come back when nobody can be answered any more.
  if (backAt >= retryBy) return reject(cause, { expired: true });
  if (postponement && now - firstFailedAt > rules.maxPostponementMs) {
    return reject(new PostponedTooLongError(now - firstFailedAt, cause), { expired });
  }
  return retry(cause, { afterMs, counts: !postponement });
}

/** Whether others decide when it goes on. */
function isElsewhere(cause: unknown): boolean {
  return cause instanceof ClaimedElsewhereError || cause instanceof ClaimLostError || cause instanceof GuildBusyError;
}
