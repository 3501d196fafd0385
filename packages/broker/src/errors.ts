/**
 * What went wrong at the broker:
 * - `disconnected`: there is no usable channel now; it is being reconnected;
 * - `refused`: the broker answered a publish with a nack, because a queue is full or unavailable;
 * - `unroutable`: no queue is bound for the message's routing key;
 * - `unconfirmed`: no answer to a publish came in time, the message may or may not have arrived;
 * - `unencodable`: AMQP cannot carry the message as it is, because of its headers for example;
 * - `topology`: an exchange or queue exists with other arguments, or may not be declared;
 * - `settings`: the URL cannot be used.
 */
export type BrokerErrorKind =
  | 'disconnected'
  | 'refused'
  | 'unroutable'
  | 'unconfirmed'
  | 'unencodable'
  | 'topology'
  | 'settings';

const retryableKinds: ReadonlySet<BrokerErrorKind> = new Set(['disconnected', 'refused', 'unroutable', 'unconfirmed']);

/** A failure at the broker; its message never holds the URL, which carries a password. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly kind: BrokerErrorKind;
  /** Whether the same call may succeed later without anybody changing anything but the broker's state. */
  readonly retryable: boolean;

  constructor(kind: BrokerErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.retryable = retryableKinds.has(kind);
  }
}

/** The cause as an Error, whatever was thrown. */
export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(textOf(() => cause));
}

/** What `read` gives, as text; some values refuse to be read or written. */
export function textOf(read: () => unknown): string {
  try {
    return String(read());
  } catch {
    return 'something that cannot be written as text';
  }
}
