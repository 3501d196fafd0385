/** How long a turn of the event loop lasts while events come fast. */
const limits = {
  shortestMs: 3,
  longestMs: 8,
  /** The more events come, the longer a turn, in ms for each thousand a second. */
  msPerThousand: 1.6,
  /** A turn that found so many events was worth its cost already. */
  manyEvents: 48,
  /** Over how long the rate is taken: from one turn to the next it says nothing, since events come in bunches. */
  rateMs: 20,
};

export interface PaceOptions {
  /** Below so many events a second nothing is held up. Default 0. */
  readonly fromPerSecond?: number;
}

/**
 * Keeps the event loop from turning for every single event. To wake up, read one frame, write one message and read one
 * confirm costs several times what the event itself does; a turn that finds ten frames costs little more than one that
 * finds one. So while turns follow each other closely, the thread sleeps at the end of each until some milliseconds have
 * passed since the last: what comes meanwhile waits in the sockets of all shards. (Network cards moderate their
 * interrupts likewise.)
 *
 * An event that comes alone is never held up, one among two thousand a second for 3 ms at most, one among five thousand
 * for 8 ms. However fast they come, a turn takes all that is there, so throughput is not limited.
 */
export class Pace {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  readonly #fromPerMs: number;
  /** Events in this turn. */
  #events = 0;
  #lastTurnAt = 0;
  /** Events since `#countedFrom`, and how many came a ms before that. */
  #counted = 0;
  #countedFrom = 0;
  #perMs = 0;

  constructor({ fromPerSecond = 0 }: PaceOptions = {}) {
    this.#fromPerMs = fromPerSecond / 1_000;
  }

  /** An event came in this turn. */
  note(): void {
    this.#events += 1;
    if (this.#events === 1) setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    const now = performance.now();
    this.#count(now);
    const turn = { perMs: this.#perMs, events: this.#events, passedMs: now - this.#lastTurnAt };
    const restMs = this.#perMs < this.#fromPerMs ? 0 : restAfter(turn);
    if (restMs > 0) Atomics.wait(this.#cell, 0, 0, restMs);
    this.#events = 0;
    this.#lastTurnAt = performance.now();
  }

  #count(now: number): void {
    this.#counted += this.#events;
    const passedMs = now - this.#countedFrom;
    if (passedMs < limits.rateMs) return;
    this.#perMs = this.#counted / passedMs;
    this.#counted = 0;
    this.#countedFrom = now;
  }
}

/** A turn that has come to its end: what it found, how long ago the last one ended, and at what rate events come. */
export interface Turn {
  readonly perMs: number;
  readonly events: number;
  readonly passedMs: number;
}

/** How long to rest after a turn, in ms; 0 or less: not at all. */
export function restAfter({ perMs, events, passedMs }: Turn): number {
  if (events >= limits.manyEvents) return 0;
  const turnMs = Math.min(Math.max(perMs * limits.msPerThousand, limits.shortestMs), limits.longestMs);
  return turnMs - passedMs;
}
