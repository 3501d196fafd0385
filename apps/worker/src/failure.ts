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

/** An interaction reached a worker when nobody could answer it any more. */
export class ExpiredInteractionError extends Error {
  override readonly name = 'ExpiredInteractionError';
  readonly kind = 'expired';
  readonly retryable = false;

  /** `lateMs`: how long after its last moment it came. */
  constructor(lateMs: number) {
    super(`The interaction came ${Math.round(lateMs)} ms too late to be answered.`);
  }
}

/** An event belongs to a bot that this worker was not told of. */
export class UnknownApplicationError extends Error {
  override readonly name = 'UnknownApplicationError';
  readonly kind = 'unknown-application';
  readonly retryable = false;

  constructor(applicationId: string) {
    super(
      `This worker has no token of application ${applicationId}, which shares its queues: add it to DISCORD_TOKENS (or ` +
        'DISCORD_TOKENS_FILE) of every worker and put the dead letter back, or give that bot an ARRAKIS_NAMESPACE of its own.',
    );
  }
}

/** Another worker holds the event's claim. */
export class ClaimedElsewhereError extends Error {
  override readonly name = 'ClaimedElsewhereError';
  readonly kind = 'busy';
  readonly retryable = true;

  constructor() {
    super('Another worker is at this event, or died at it not long ago.');
  }
}

/** The worker stops before it could end with the event. */
export class StoppingError extends Error {
  override readonly name = 'StoppingError';
  readonly kind = 'stopping';
  readonly retryable = true;

  constructor(options?: ErrorOptions) {
    super('The worker stopped before it was done with this event.', options);
  }
}

/** Whether nothing was tried: the worker ends, or Discord said when to come back. That is no attempt. */
export function isPostponement(cause: unknown): boolean {
  return cause instanceof StoppingError || typeof propertyOf(cause, 'retryAfterMs') === 'number';
}

/**
 * What a failure means for its message. An error says itself whether a retry may help (`retryable`); one that does
 * not say so is tried again, since most causes pass.
 */
export function failureVerdict(cause: unknown, mayRetry: boolean): Verdict {
  if (!mayRetry || isRetryable(cause) === false) return reject(cause);
  const afterMs = propertyOf(cause, 'retryAfterMs');
  return retry(cause, {
    ...(typeof afterMs === 'number' && { afterMs }),
    ...(isPostponement(cause) && { counts: false }),
  });
}

/** What an error says of whether a retry may help; undefined when it does not say. */
export function isRetryable(cause: unknown): boolean | undefined {
  const retryable = propertyOf(cause, 'retryable');
  return typeof retryable === 'boolean' ? retryable : undefined;
}

/** The kind of a failure, of few values: for metrics. */
export function failureKind(cause: unknown): string {
  const kind = propertyOf(cause, 'kind');
  return typeof kind === 'string' ? kind : 'unknown';
}

function propertyOf(cause: unknown, name: string): unknown {
  return cause instanceof Error ? Reflect.get(cause, name) : undefined;
}
