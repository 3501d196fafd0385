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
