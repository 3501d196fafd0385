import type { DeliveredEvent, Event, WorkQueues } from '@arrakis/protocol';

/** What became of a message, for metrics and logs. */
export type Result =
  /** Its handler ran to its end. */
  | 'done'
  /** It had been done before: nothing was run. */
  | 'duplicate'
  /** Nobody is interested in it. */
  | 'ignored'
  /** It is handled in another lane. */
  | 'moved'
  /** It is tried again later. */
  | 'retry'
  /** It went back to its queue, since this worker stops. */
  | 'returned'
  /** It went to the dead letters. */
  | 'reject';

/** An event that is ready to be run: decoded, and its handler found. */
export interface Execution {
  readonly event: DeliveredEvent;
  /** What is claimed while its handler runs, and marked as done. */
  readonly claimId: string;
  /** Which handler, for logs. */
  readonly handler: string;
  /** Whether this failure may be tried again: an interaction that nobody has acknowledged cannot wait for it. */
  mayRetry(cause: unknown): boolean;
  /**
   * Runs the handler, and defers what somebody waits for as its definition says; throws what the handler throws. `fence`:
   * that of its claim, when there is one.
   */
  handle(fence?: number): Promise<void>;
  /**
   * Another worker has begun it, and may have died at it: whoever waits is told that there is more to come, so that the answer
   * may come when that is known. Never throws.
   */
  acknowledge(): Promise<void>;
  /** It has failed for good: whoever waits is told, as far as that is possible. Never throws. */
  apologize(): Promise<void>;
}

/** The event belongs to another lane, whose queue this is. */
export interface Transfer {
  readonly queue: string;
}

/** The queue of a module that other workers serve; undefined when this one does. */
export type Elsewhere = (module: string, kind: keyof WorkQueues) => string | undefined;

/** The lanes: interactions, guild events, and long jobs. None waits for another. */
export type LaneName = 'high' | 'normal' | 'low';

/** What a lane makes of the messages of its queue. */
export interface Lane {
  readonly name: LaneName;
  readonly queue: string;
  /** How many messages are worked on at a time. */
  readonly concurrency: number;
  /** Whether events of one guild are run one at a time. */
  readonly ordered: boolean;
  /** How often a message is tried before it is a dead letter. */
  readonly maxAttempts: number;
  /** How long a handler may take, in ms. */
  readonly handlerTimeoutMs: number;
  /**
   * Without Redis duplicates cannot be recognised: `wait` leaves the messages in the broker until it is back,
   * `go-on` runs them all the same.
   */
  readonly withoutClaims: 'wait' | 'go-on';
  /** Until when it is of use to try the event again, in ms since the epoch. */
  retryBy(event: Event): number;
  /** When several handle the event, the event for each of them: each is claimed, run and settled for itself. */
  partsOf(event: DeliveredEvent): readonly DeliveredEvent[] | undefined;
  /**
   * Finds the handler of an event and reads its input; undefined when nobody is interested.
   * @throws when the payload is not what Discord documents, or comes too late.
   */
  prepare(event: DeliveredEvent, delivery: DeliveryFacts): Promise<Execution | Transfer | undefined>;
}

/** How a message came. */
export interface DeliveryFacts {
  /** 1 for the first time. */
  readonly attempt: number;
  /** Whether a worker had it before: it died, gave it back, or put it off. */
  readonly delivered: boolean;
  /** Its signal ends the handler: its time is over, or the process has to stop. It is made when it is asked for. */
  readonly limit: { readonly signal: AbortSignal };
}
