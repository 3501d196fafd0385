/** A handler is defined in a way that cannot work: a bug of its author, found at start. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  readonly kind = 'definition';
  readonly retryable = false;
}

/** A payload is not what Discord documents, or not what the handler was defined for. It never will be. */
export class MalformedPayloadError extends Error {
  override readonly name = 'MalformedPayloadError';
  readonly kind = 'malformed';
  readonly retryable = false;
}

/** A handler answered in a way that the state of its interaction forbids, or not at all: a bug of its author. */
export class ResponseStateError extends Error {
  override readonly name = 'ResponseStateError';
  readonly kind = 'response-state';
  readonly retryable = false;
}

/** A guard returned neither nothing, nor an extension, nor a denial: a bug of its author, and nobody passes. */
export class GuardResultError extends Error {
  override readonly name = 'GuardResultError';
  readonly kind = 'guard-result';
  readonly retryable = false;

  constructor(found: unknown) {
    super(
      `A guard has returned ${String(found)}: it denies with new Denied('why'), and lets pass with an object or nothing.`,
    );
  }
}

/**
 * Why a command did not reach the gateway:
 * - `invalid`: Discord would not take it;
 * - `unowned`: no ingestor holds the shard, or has held it of late;
 * - `full`: more commands wait for the shard than it could send in time;
 * - `unavailable`: the broker, or what it takes to find the shard, is away; the command may have arrived all the same.
 */
export type GatewayCommandErrorKind = 'invalid' | 'unowned' | 'full' | 'unavailable';

/** A command to the gateway that was not accepted. */
export class GatewayCommandError extends Error {
  override readonly name = 'GatewayCommandError';
  readonly kind: GatewayCommandErrorKind;
  /** Whether the same command may be accepted later. */
  readonly retryable: boolean;

  constructor(kind: GatewayCommandErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.retryable = kind !== 'invalid';
  }
}
