/** The state of a limit after a request has asked for its share. Times in milliseconds. */
export interface Share {
  granted: boolean;
  limit: number;
  remaining: number;
  /** until the limit stands as if nobody had asked */
  resetAfterMs: number;
  /** until one request would be granted; 0 when one would be now */
  retryAfterMs: number;
}

/** A limit of so many requests in so much time. */
export interface RateWindow {
  take(nowMs: number): Share;
}

/** All requests of a window count until it ends; windows follow one another from `phaseMs` on, whoever asks when. */
export class FixedWindow implements RateWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #phaseMs: number;
  #endsAtMs = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(limit: number, windowMs: number, phaseMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#phaseMs = phaseMs;
  }

  take(nowMs: number): Share {
    if (nowMs >= this.#endsAtMs) {
      const passed = Math.floor((nowMs - this.#phaseMs) / this.#windowMs);
      this.#endsAtMs = this.#phaseMs + (passed + 1) * this.#windowMs;
      this.#used = 0;
    }
    const granted = this.#used < this.#limit;
    if (granted) this.#used += 1;
    const resetAfterMs = this.#endsAtMs - nowMs;
    const remaining = this.#limit - this.#used;
    return { granted, limit: this.#limit, remaining, resetAfterMs, retryAfterMs: remaining > 0 ? 0 : resetAfterMs };
  }
}

/** Shares that come back in fractions do not add up to whole ones exactly. */
const roundingError = 1e-6;

/**
 * A leaky bucket: each request's share comes back on its own, one every `windowMs / limit`. So the reset moves with every
 * request, and after a rejection one share is back long before the reset.
 */
export class SlidingWindow implements RateWindow {
  readonly #limit: number;
  readonly #shareMs: number;
  #used = 0;
  #updatedAtMs = Number.NEGATIVE_INFINITY;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#shareMs = windowMs / limit;
  }

  take(nowMs: number): Share {
    this.#used = Math.max(0, this.#used - (nowMs - this.#updatedAtMs) / this.#shareMs);
    this.#updatedAtMs = nowMs;
    const granted = this.#used + 1 <= this.#limit + roundingError;
    if (granted) this.#used += 1;
    const free = this.#limit - this.#used;
    return {
      granted,
      limit: this.#limit,
      remaining: Math.floor(free + roundingError),
      resetAfterMs: this.#used * this.#shareMs,
      retryAfterMs: Math.max(0, (1 - free) * this.#shareMs),
    };
  }
}
