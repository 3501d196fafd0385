/** The message goes on as a copy, which is confirmed before it is acknowledged itself. */
export type CopyVerdict =
  /**
   * Once more, after `afterMs` or, without it, after a delay that grows with the attempts. With `counts: false` this
   * was no attempt: the message could not even be begun, or the other side said when to come back.
   */
  | { readonly kind: 'retry'; readonly cause: unknown; readonly afterMs?: number; readonly counts: boolean }
  /** To the dead letters, where on-call sees it; `expired` when it is of no use to put it back. */
  | { readonly kind: 'reject'; readonly cause: unknown; readonly expired: boolean }
  /** To another queue of the topology, as it is: it is to be handled there. */
  | { readonly kind: 'move'; readonly queue: string };

/** What shall become of a message that one handler has handled. */
export type SingleVerdict =
  /** The message has been dealt with. */
  | { readonly kind: 'done' }
  /** Back to its queue, for somebody else at once: this process could not begin with it, or has to end. */
  | { readonly kind: 'return' }
  | CopyVerdict;

/** What shall become of the part of a message that one of several handlers is not done with. */
export interface VerdictPart {
  readonly verdict: CopyVerdict;
  /** They go along with its copy, and tell for whom that is. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * What shall become of a message, decided by whoever handled it. Handlers never acknowledge: the consumer
 * settles, so that nothing is acknowledged before it is safe.
 */
export type Verdict =
  | SingleVerdict
  /** Several have handled it. What they are not done with goes on as messages, each for itself. */
  | { readonly kind: 'split'; readonly parts: readonly VerdictPart[] };

/** The message has been dealt with. */
export const done: SingleVerdict = Object.freeze({ kind: 'done' });

/** The message goes back to its queue. */
export const giveBack: SingleVerdict = Object.freeze({ kind: 'return' });

/** How a message is tried again. */
export interface RetryOptions {
  /** How long to wait, in ms, where the other side said so; otherwise it grows with the attempts. */
  readonly afterMs?: number | undefined;
  /** False where the message was not really tried; it then keeps its attempts. Default true. */
  readonly counts?: boolean | undefined;
}

/** The message failed for a reason that may pass. */
export function retry(cause: unknown, { afterMs, counts = true }: RetryOptions = {}): CopyVerdict {
  return afterMs === undefined ? { kind: 'retry', cause, counts } : { kind: 'retry', cause, afterMs, counts };
}

/** The message failed for a reason that will not pass. `expired`: it is of no use to put it back later. */
export function reject(cause: unknown, { expired = false }: { readonly expired?: boolean } = {}): CopyVerdict {
  return { kind: 'reject', cause, expired };
}

/** The message is to be handled from another queue of the topology. */
export function move(queue: string): CopyVerdict {
  return { kind: 'move', queue };
}

/** Parts of the message go on; it is acknowledged when all of their copies have been confirmed. */
export function split(parts: readonly VerdictPart[]): Verdict {
  return { kind: 'split', parts };
}
