import { reject, retry, type Verdict } from '@arrakis/broker';

/** A handler took longer than it may. Whatever it did may have had its effect. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  readonly kind = 'timeout';
  readonly retryable = true;

  constructor() {
    super('The handler took longer than WORKER_HANDLER_TIMEOUT_MS allows.');
  }
}

/** An interaction reached a worker after Discord's three seconds: nobody can answer it any more. */
export class ExpiredInteractionError extends Error {
  override readonly name = 'ExpiredInteractionError';
  readonly kind = 'expired';
  readonly retryable = false;

  /** `lateMs`: how long after its last moment it came. */
  constructor(lateMs: number) {
    super(`The interaction came ${Math.round(lateMs)} ms too late to be acknowledged.`);
  }
}

/**
 * What a failure means for its message. An error says itself whether a retry may help (`retryable`); one that does
 * not say so is tried again, since most causes pass.
 */
export function failureVerdict(cause: unknown, mayRetry: boolean): Verdict {
  if (!mayRetry || propertyOf(cause, 'retryable') === false) return reject(cause);
  const afterMs = propertyOf(cause, 'retryAfterMs');
  return typeof afterMs === 'number' ? retry(cause, afterMs) : retry(cause);
}

/** The kind of a failure, of few values: for metrics. */
export function failureKind(cause: unknown): string {
  const kind = propertyOf(cause, 'kind');
  return typeof kind === 'string' ? kind : 'unknown';
}

function propertyOf(cause: unknown, name: string): unknown {
  return cause instanceof Error ? Reflect.get(cause, name) : undefined;
}
