/** What happens at the broker, for whoever turns it into logs and metrics. */
export type BrokerEvent =
  | { readonly type: 'connected'; readonly purpose: string }
  | {
      readonly type: 'disconnected';
      readonly purpose: string;
      readonly cause: Error;
      readonly retryInMs: number;
    }
  /** The broker is short of memory or disk and has stopped reading what we publish. */
  | { readonly type: 'blocked'; readonly purpose: string; readonly reason: string }
  | { readonly type: 'unblocked'; readonly purpose: string }
  /** A message could not be settled yet; it stays unacknowledged and settling is tried again. */
  | {
      readonly type: 'settle-failed';
      readonly queue: string;
      readonly messageId: string;
      readonly cause: Error;
    }
  /** A publish was refused and is sent again. */
  | { readonly type: 'publish-refused'; readonly routingKey: string; readonly retryInMs: number };

/** Receives every {@link BrokerEvent}; must not throw. */
export type BrokerListener = (event: BrokerEvent) => void;
