import type { APIGatewaySessionStartLimit } from 'discord-api-types/v10';
import type { ResolvedGatewayOptions } from './options.ts';

/** The two limits on the IDENTIFYs of one bot (docs: Gateway, Identifying and Max Concurrency). */
export class IdentifyLimits {
  readonly #options: ResolvedGatewayOptions;
  readonly #now: () => number;
  readonly #lastStartMs = new Map<number, number>();
  #windowStartMs: number;
  #started = 0;

  constructor(options: ResolvedGatewayOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.#windowStartMs = now();
  }

  /** Counts one IDENTIFY; false when the daily budget is exceeded by it. */
  takeStart(): boolean {
    this.#renewWindow();
    this.#started += 1;
    return this.#started <= this.#options.sessionStartLimit.total;
  }

  /** Takes the turn of the shard's bucket; false when the bucket's last session began too short a while ago. */
  takeTurn(shardId: number): boolean {
    const key = shardId % this.#options.maxConcurrency;
    const nowMs = this.#now();
    const lastMs = this.#lastStartMs.get(key);
    if (lastMs !== undefined && nowMs - lastMs < this.#options.identifyWindowMs) return false;
    this.#lastStartMs.set(key, nowMs);
    return true;
  }

  /** The limits as GET /gateway/bot tells them. */
  state(): APIGatewaySessionStartLimit {
    this.#renewWindow();
    const { total, resetAfterMs } = this.#options.sessionStartLimit;
    return {
      total,
      remaining: Math.max(0, total - this.#started),
      reset_after: Math.ceil(this.#windowStartMs + resetAfterMs - this.#now()),
      max_concurrency: this.#options.maxConcurrency,
    };
  }

  #renewWindow(): void {
    const { resetAfterMs } = this.#options.sessionStartLimit;
    const windows = Math.floor((this.#now() - this.#windowStartMs) / resetAfterMs);
    if (windows === 0) return;
    this.#windowStartMs += windows * resetAfterMs;
    this.#started = 0;
  }
}
