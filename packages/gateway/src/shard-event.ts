/** What happens to a shard, for whoever turns it into logs, metrics and notices. */
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
      /** When the next attempt follows, unless reading is paused. */
      readonly retryInMs: number;
    }
  /** There is no connection and none is tried while these reasons to pause last. */
  | {
      readonly type: 'suspended';
      readonly shardId: number;
      readonly pauses: readonly string[];
    }
  /**
   * Discord acknowledges heartbeats and yet sends nothing, for much longer than it ever did: the session is resumed
   * on another connection or, when that has not helped, given up for a new one.
   */
  | {
      readonly type: 'silent';
      readonly shardId: number;
      readonly sessionId: string;
      /** Acknowledged heartbeats since the last dispatch. */
      readonly heartbeats: number;
      readonly action: 'resume' | 'identify';
    }
  /**
   * A frame that ended several connections in a row, since it cannot be read, was left out after the sequence `received`. Should
   * it have been a dispatch, a {@link SequenceGap} follows.
   */
  | {
      readonly type: 'unreadable';
      readonly shardId: number;
      readonly sessionId: string;
      readonly received: number;
      readonly reason: string;
    }
  | SequenceGap
  | SessionLoss;

/**
 * Discord left out the sequences `from` to `to` of a session: `missing` dispatches that nobody will get. Told once,
 * before the dispatch that follows; a successor that resumes from before the gap tells the same again.
 */
export interface SequenceGap {
  readonly type: 'gap';
  readonly shardId: number;
  readonly sessionId: string;
  readonly from: number;
  readonly to: number;
  readonly missing: number;
  /**
   * Called by the listener before it returns, keeps the cursor before the gap until the function returned is called:
   * when the news of it is as safe as a dispatch. Otherwise the cursor passes the gap at once.
   */
  readonly hold: () => () => void;
}

/** The session could not be resumed: whatever Discord had not yet sent of it is lost. */
export interface SessionLoss {
  readonly type: 'session-lost';
  readonly shardId: number;
  readonly sessionId: string;
  /** The cursor: everything up to it is safe. */
  readonly confirmed: number;
  /** Highest sequence received; what lies between is still being confirmed. */
  readonly received: number;
  /** When this process last received a dispatch, in ms since the epoch: the loss begins there. */
  readonly lastDispatchAt: number | undefined;
  readonly reason: string;
}

/** Receives every {@link ShardEvent}; must not throw. */
export type ShardListener = (event: ShardEvent) => void;
