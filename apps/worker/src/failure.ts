/** A handler took longer than it may. Whatever it did may have had its effect. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  readonly kind = 'timeout';
  readonly retryable = true;

  constructor(limitMs: number) {
    super(`The handler took longer than the ${limitMs} ms that its lane allows.`);
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

/** A part of an event is for a module in which this worker has no handler for it: others are newer, or older. */
export class UnknownModuleError extends Error {
  override readonly name = 'UnknownModuleError';
  readonly kind = 'unknown-module';
  readonly retryable = true;
  readonly retryAfterMs = 10_000;

  constructor(module: string, type: string) {
    super(`The module '${module}' has no handler for '${type}' in this version of the worker.`);
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

/** This worker could not renew its claim in time, and another has taken the event over. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  readonly kind = 'claim-lost';
  readonly retryable = true;

  constructor(options?: ErrorOptions) {
    super('This worker was away for longer than its claim holds, and another has taken the event over.', options);
  }
}

/** Too many events of the same guild wait for their turn. */
export class GuildBusyError extends Error {
  override readonly name = 'GuildBusyError';
  readonly kind = 'guild-busy';
  readonly retryable = true;

  constructor() {
    super('Too many events wait for their turn within their guilds.');
  }
}

/**
 * Somebody had the event before and did not settle it, and without Redis nobody knows whether he died of it. It counts
 * as an attempt, so that one which kills is given up in the end.
 */
export class UnclaimedRedeliveryError extends Error {
  override readonly name = 'UnclaimedRedeliveryError';
  readonly kind = 'unclaimed-redelivery';
  readonly retryable = true;

  constructor() {
    super('A worker had this event before and did not settle it; without Redis nobody knows why.');
  }
}

/** Events that may have killed a worker run one at a time, and those before this one take long. */
export class IsolationBusyError extends Error {
  override readonly name = 'IsolationBusyError';
  readonly kind = 'isolation-busy';
  readonly retryable = true;
  readonly retryAfterMs = 10_000;

  constructor() {
    super('A worker has died in the middle of this event, and others of its like are run before it.');
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

/** An event that workers do not survive. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
  readonly kind = 'poison';
  readonly retryable = false;
}

/** An event was put off again and again: what it waits for does not come. */
export class PostponedTooLongError extends Error {
  override readonly name = 'PostponedTooLongError';
  readonly kind = 'postponed-too-long';
  readonly retryable = false;

  constructor(forMs: number, cause: unknown) {
    const last = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(
      `It has been put off for ${Math.round(forMs / 1000)} s, longer than WORKER_MAX_POSTPONEMENT_MS allows; at last by ${last}`,
      { cause },
    );
  }
}

/**
 * Whether nothing was tried: the worker ends, somebody else is at it, or Discord said when to come back. That is no
 * attempt.
 */
export function isPostponement(cause: unknown): boolean {
  return (
    cause instanceof StoppingError ||
    cause instanceof ClaimedElsewhereError ||
    cause instanceof ClaimLostError ||
    cause instanceof GuildBusyError ||
    retryAfterMs(cause) !== undefined
  );
}

/** When the other side says to come back, in ms; undefined when it does not say. */
export function retryAfterMs(cause: unknown): number | undefined {
  const afterMs = propertyOf(cause, 'retryAfterMs');
  return typeof afterMs === 'number' ? afterMs : undefined;
}

/** What an error says of whether a retry may help; undefined when it does not say. */
export function isRetryable(cause: unknown): boolean | undefined {
  const retryable = propertyOf(cause, 'retryable');
  return typeof retryable === 'boolean' ? retryable : undefined;
}

/** Whether there is nothing left to be done: what it was about is gone, or closed to the bot. */
export function isPointless(cause: unknown): boolean {
  return propertyOf(cause, 'remedy') === 'none';
}

/** The kind of a failure, of few values: for metrics. */
export function failureKind(cause: unknown): string {
  const kind = propertyOf(cause, 'kind');
  return typeof kind === 'string' ? kind : 'unknown';
}

function propertyOf(cause: unknown, name: string): unknown {
  return cause instanceof Error ? Reflect.get(cause, name) : undefined;
}
