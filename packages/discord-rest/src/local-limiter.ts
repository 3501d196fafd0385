import { DiscordRestError } from './discord-rest-error.ts';
import { globalWindowMs, guardMs } from './fleet/shared-lua.ts';
import type { LimitFeedback } from './limit-feedback.ts';
import { pause } from './pause.ts';
import { unlimited, type Admission, type Lane, type Patience, type RateLimiter } from './rate-limiter.ts';
import type { Route } from './route.ts';

/** A bucket as far as this process knows it. */
interface LocalBucket {
  limit: number;
  left: number;
  windowMs: number;
  resetAt: number;
  /** Counts its windows. */
  window: number;
}

/** The part of the global limit that bulk requests may use. */
const bulkShare = 0.8;

/** Answers are under way for a moment after Discord has looked at its clock, in ms. */
const marginMs = 10;

/** Buckets from which on those whose time is over are dropped: when there are these, and then whenever they have doubled. */
const sweepFrom = 1_000;

/**
 * Keeps the limits for this process alone: where there is no fleet, and while Redis is away. Times are those of the
 * monotonic clock.
 */
export class LocalLimiter implements RateLimiter {
  /** When requests that count to the global limit were last admitted, oldest first. */
  readonly #grants: number[] = [];
  readonly #buckets = new Map<string, LocalBucket>();
  /** By route, the name of its bucket. */
  readonly #hashes = new Map<string, string>();
  #blockedUntil = 0;
  #limit: number;
  #sweepAt = sweepFrom;

  /** @param limit - of the requests a second that count to the global limit */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** From now on so many requests a second count to the global limit. */
  set limit(limit: number) {
    this.#limit = limit;
  }

  /** How long ago requests were admitted that Discord's window still holds, in ms. */
  get recentGrants(): readonly number[] {
    const now = performance.now();
    return this.#grants.map((at) => now - at).filter((age) => age < globalWindowMs + guardMs);
  }

  async admit(route: Route, { deadline, signal, lane }: Patience): Promise<Admission> {
    if (route.urgent) return unlimited;
    for (let waitMs = this.#waitFor(route, lane); waitMs > 0; waitMs = this.#waitFor(route, lane)) {
      if (Date.now() + waitMs >= deadline) {
        throw new DiscordRestError('rate-limited', route, { retryAfterMs: Math.ceil(waitMs) });
      }
      if (!(await pause(Math.ceil(waitMs), signal))) throw new DiscordRestError('aborted', route);
    }
    return this.#grant(route);
  }

  /** Takes note of an answer to a request, whoever has admitted it. */
  learn(route: Route, feedback: LimitFeedback): void {
    const now = performance.now();
    const { result, hash, limit, remaining, resetAfterMs, retryAfterMs } = feedback;
    if (result === 'lost') return;
    if (result === 'global') {
      this.#blockedUntil = Math.max(this.#blockedUntil, now + retryAfterMs);
      return;
    }
    if (result === 'ok' && hash === '') return;
    if (hash !== '') this.#hashes.set(route.key, hash);
    const key = this.#keyOf(route);
    const known = this.#buckets.get(key);
    const bucket = known ?? { limit, left: remaining, windowMs: resetAfterMs, resetAt: now + resetAfterMs, window: 0 };
    if (result === 'ok') {
      bucket.limit = limit;
      bucket.left = Math.min(bucket.left, remaining);
      bucket.windowMs = Math.max(bucket.windowMs, resetAfterMs);
      bucket.resetAt = Math.max(bucket.resetAt, now + resetAfterMs);
    } else {
      bucket.left = 0;
      bucket.resetAt = Math.max(bucket.resetAt, now + retryAfterMs);
    }
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#sweepAt) this.#sweep(now);
  }

  close(): void {
    this.#buckets.clear();
  }

  /** Takes note of a request that others have admitted. Returns when. */
  noteGrant(): number {
    const at = performance.now();
    this.#grants.push(at);
    while (this.#grants.length > this.#limit && (this.#grants[0] ?? at) < at - globalWindowMs - guardMs) {
      this.#grants.shift();
    }
    return at;
  }

  #grant(route: Route): Admission {
    const bucket = this.#buckets.get(this.#keyOf(route));
    if (bucket !== undefined) bucket.left -= 1;
    const at = route.interaction ? undefined : this.noteGrant();
    return this.#admission(route, bucket, at);
  }

  #admission(route: Route, bucket: LocalBucket | undefined, at: number | undefined): Admission {
    const window = bucket?.window;
    return {
      settle: (feedback) => this.learn(route, feedback),
      refund: () => {
        if (bucket !== undefined && bucket.window === window) bucket.left += 1;
        const index = at === undefined ? -1 : this.#grants.lastIndexOf(at);
        if (index >= 0) this.#grants.splice(index, 1);
      },
    };
  }

  #waitFor(route: Route, lane: Lane): number {
    const now = performance.now();
    const bucketMs = this.#bucketWait(this.#keyOf(route), now);
    return route.interaction ? bucketMs : Math.max(bucketMs, this.#globalWait(lane, now));
  }

  #globalWait(lane: Lane, now: number): number {
    const most = lane === 'bulk' ? Math.max(1, Math.floor(this.#limit * bulkShare)) : this.#limit;
    const place = this.#grants.at(-most);
    const freeAt = place === undefined ? 0 : place + globalWindowMs + guardMs;
    return Math.max(freeAt, this.#blockedUntil) - now;
  }

  #bucketWait(key: string, now: number): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return 0;
    if (now >= bucket.resetAt + marginMs) {
      bucket.left = Math.max(1, bucket.limit);
      bucket.resetAt = now + bucket.windowMs;
      bucket.window += 1;
    }
    return bucket.left > 0 ? 0 : bucket.resetAt + marginMs - now;
  }

  #keyOf(route: Route): string {
    return `${this.#hashes.get(route.key) ?? route.key} ${route.major}`;
  }

  #sweep(now: number): void {
    for (const [key, { resetAt }] of this.#buckets) if (resetAt <= now) this.#buckets.delete(key);
    this.#sweepAt = Math.max(sweepFrom, 2 * this.#buckets.size);
  }
}
