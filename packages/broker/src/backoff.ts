/** Waits between attempts: exponential, capped, with full jitter so that a fleet does not return as one. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  #attempts = 0;

  constructor({ minMs, maxMs }: { minMs: number; maxMs: number }) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }

  /** How long to wait before the next attempt, in ms. */
  next(): number {
    const ceiling = Math.min(this.#maxMs, this.#minMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return Math.round(this.#minMs / 2 + Math.random() * (ceiling - this.#minMs / 2));
  }

  /** The last attempt was a success: begin anew with the shortest wait. */
  reset(): void {
    this.#attempts = 0;
  }
}
