import { setTimeout as delay } from 'node:timers/promises';

/** Who may identify when: `max_concurrency` buckets, `shard_id % max_concurrency`, one identify each per window. */
export interface IdentifyGate {
  /** Resolves when the shard may send IDENTIFY; rejects when `signal` is aborted before. */
  enter(shardId: number, signal: AbortSignal): Promise<void>;
}

/** Discord allows one IDENTIFY per bucket and 5 s; the rest is for the clocks of two machines. */
const windowMs = 5_200;

/**
 * The gate of one process that holds all shards of a bot.
 * Source: Discord docs, Gateway, "Rate Limiting" and "Sharding: max_concurrency".
 */
export class LocalIdentifyGate implements IdentifyGate {
  readonly #maxConcurrency: number;
  readonly #windowMs: number;
  readonly #freeAt = new Map<number, number>();

  constructor(maxConcurrency: number, options: { windowMs?: number } = {}) {
    this.#maxConcurrency = maxConcurrency;
    this.#windowMs = options.windowMs ?? windowMs;
  }

  async enter(shardId: number, signal: AbortSignal): Promise<void> {
    const bucket = shardId % this.#maxConcurrency;
    const now = performance.now();
    const turn = Math.max(now, this.#freeAt.get(bucket) ?? 0);
    this.#freeAt.set(bucket, turn + this.#windowMs);
    if (turn > now) await delay(turn - now, undefined, { signal });
  }
}
