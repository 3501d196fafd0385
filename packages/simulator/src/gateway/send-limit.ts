export interface SendLimitOptions {
  readonly count: number;
  readonly windowMs: number;
}

/** How many frames a client may send on one connection: `count` in each window (docs: Gateway, Rate Limiting). */
export class SendLimit {
  readonly #options: SendLimitOptions;
  #windowStartMs = -Infinity;
  #sent = 0;

  constructor(options: SendLimitOptions) {
    this.#options = options;
  }

  /** Counts one frame at `nowMs`; false when it is one too many. */
  take(nowMs: number): boolean {
    if (nowMs - this.#windowStartMs >= this.#options.windowMs) {
      this.#windowStartMs = nowMs;
      this.#sent = 0;
    }
    this.#sent += 1;
    return this.#sent <= this.#options.count;
  }
}
