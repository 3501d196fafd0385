/** What happens to a shard, for whoever turns it into logs and metrics. */
export type ShardEvent =
  | {
      readonly type: 'identified' | 'resumed';
      readonly shardId: number;
      readonly sessionId: string;
      readonly tookMs: number;
    }
  | {
      readonly type: 'disconnected';
      readonly shardId: number;
      readonly code: number;
      readonly reason: string;
      readonly retryInMs: number;
    }
  /** The session could not be resumed: whatever Discord had not yet sent of it is lost. */
  | {
      readonly type: 'session-lost';
      readonly shardId: number;
      readonly sessionId: string;
      readonly sequence: number;
      readonly reason: string;
    };

/** Receives every {@link ShardEvent}; must not throw. */
export type ShardListener = (event: ShardEvent) => void;
