/**
 * What shall become of a message, decided by whoever handled it. Handlers never acknowledge: the consumer
 * settles, so that nothing is acknowledged before it is safe.
 */
export type Verdict =
  | { readonly kind: 'done' }
  /**
   * Once more, after `afterMs` or, without it, after a delay that grows with the attempts. With `counts: false` this
   * was no attempt: the message could not even be begun, or the other side said when to come back.
   */
  | { readonly kind: 'retry'; readonly cause: unknown; readonly afterMs?: number; readonly counts: boolean }
  /** To the dead letters, where on-call sees it. */
  | { readonly kind: 'reject'; readonly cause: unknown };

/** The message has been dealt with. */
export const done: Verdict = Object.freeze({ kind: 'done' });

/** How a message is tried again. */
export interface RetryOptions {
  /** How long to wait, in ms, where the other side said so; otherwise it grows with the attempts. */
  readonly afterMs?: number | undefined;
  /** False where the message was not really tried; it then keeps its attempts. Default true. */
  readonly counts?: boolean | undefined;
}

/** The message failed for a reason that may pass. */
export function retry(cause: unknown, { afterMs, counts = true }: RetryOptions = {}): Verdict {
  return afterMs === undefined ? { kind: 'retry', cause, counts } : { kind: 'retry', cause, afterMs, counts };
}

/** The message failed for a reason that will not pass. */
export function reject(cause: unknown): Verdict {
  return { kind: 'reject', cause };
}
