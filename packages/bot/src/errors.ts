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
