/**
 * What shall become of a message, decided by whoever handled it. Handlers never acknowledge: the consumer
 * settles, so that nothing is acknowledged before it is safe.
 */
export type Verdict =
  | { readonly kind: 'done' }
  /** Once more, after `afterMs` or, without it, after a delay that grows with the attempts. */
  | { readonly kind: 'retry'; readonly cause: unknown; readonly afterMs?: number }
  /** To the dead letters, where on-call sees it. */
  | { readonly kind: 'reject'; readonly cause: unknown };

/** The message has been dealt with. */
export const done: Verdict = Object.freeze({ kind: 'done' });

/** The message failed for a reason that may pass; `afterMs` where the other side said how long to wait. */
export function retry(cause: unknown, afterMs?: number): Verdict {
  return afterMs === undefined ? { kind: 'retry', cause } : { kind: 'retry', cause, afterMs };
}

/** The message failed for a reason that will not pass. */
export function reject(cause: unknown): Verdict {
  return { kind: 'reject', cause };
}
