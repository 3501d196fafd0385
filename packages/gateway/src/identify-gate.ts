/** A shard's turn to identify. It ends by one of the two; nobody else of its bucket has one meanwhile. */
export interface IdentifyTurn {
  /** IDENTIFY has been sent: the next turn comes a window later. */
  identified(): void;
  /** No IDENTIFY was sent: the next turn may come at once. After `identified` it changes nothing. */
  abandoned(): void;
}

/**
 * Who may identify when: `max_concurrency` buckets, `shard_id % max_concurrency`, one identify each per window.
 * Source: Discord docs, Gateway, "Rate Limiting" and "Sharding: max_concurrency".
 */
export interface IdentifyGate {
  /** Resolves when it is the shard's turn; rejects when `signal` is aborted before. */
  enter(shardId: number, signal: AbortSignal): Promise<IdentifyTurn>;
}
