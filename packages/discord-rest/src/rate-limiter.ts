import type { RateLimited } from './classify.ts';
import { DiscordRestError } from './discord-rest-error.ts';
import type { Route } from './route.ts';
import { pause } from './pause.ts';

/** How long a request may wait. */
export interface Patience {
  /** In ms since the epoch. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/** Where every request is admitted before each attempt, and what learns from Discord's answers. */
export interface RateLimiter {
  /**
   * Resolves when the request may be sent.
   * @throws {DiscordRestError} `rate-limited` at once when that would be after the deadline, `aborted` by the signal.
   */
  admit(route: Route, patience: Patience): Promise<void>;
  /** Takes note of a 429. */
  limited(route: Route, limit: RateLimited): void;
}

/** Least wait after a 429, in ms: an answer that asks for none shall not make a tight loop. */
const leastWaitMs = 50;

/** Entries above which those whose time is over are dropped. */
const sweepAbove = 1_000;

/**
 * Honours what Discord asked for in a 429, within this process: nothing that shares the limit is sent before.
 * Interactions do not count to the global limit and never wait for it
 * (Discord docs, Rate Limits, "Global Rate Limit").
 */
export class RetryAfterLimiter implements RateLimiter {
  readonly #freeAt = new Map<string, number>();
  #globallyFreeAt = 0;

  async admit(route: Route, { deadline, signal }: Patience): Promise<void> {
    for (let waitMs = this.#waitFor(route); waitMs > 0; waitMs = this.#waitFor(route)) {
      if (Date.now() + waitMs >= deadline) {
        throw new DiscordRestError('rate-limited', route, { retryAfterMs: waitMs });
      }
      if (!(await pause(waitMs, signal))) throw new DiscordRestError('aborted', route);
    }
  }

  limited(route: Route, { retryAfterMs, scope }: RateLimited): void {
    const freeAt = Date.now() + Math.max(retryAfterMs, leastWaitMs);
    if (scope === 'global' && !route.interaction) {
      this.#globallyFreeAt = Math.max(this.#globallyFreeAt, freeAt);
      return;
    }
    this.#freeAt.set(keyOf(route), freeAt);
    if (this.#freeAt.size > sweepAbove) this.#sweep();
  }

  #waitFor(route: Route): number {
    const free = this.#freeAt.get(keyOf(route)) ?? 0;
    return (route.interaction ? free : Math.max(free, this.#globallyFreeAt)) - Date.now();
  }

  #sweep(): void {
    const now = Date.now();
    for (const [key, freeAt] of this.#freeAt) if (freeAt <= now) this.#freeAt.delete(key);
  }
}

function keyOf(route: Route): string {
  return `${route.method} ${route.template} ${route.major}`;
}
