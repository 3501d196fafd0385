/** How long a turn of the event loop lasts while events come fast. */
const limits = {
  shortestMs: 2,
  longestMs: 6,
  /** The more events come, the longer a turn: each thousand a second adds this, in ms. */
  msPerThousand: 1,
  /** A turn that found so many events was worth its cost already. */
  manyEvents: 64,
};

/**
 * Keeps the event loop from turning for every single event. To wake up, read one frame, write one message and read one
 * confirm costs several times what the event itself does; a turn that finds ten frames costs little more than one that
 * finds one. So while turns follow each other closely, the thread sleeps at the end of each until some milliseconds have
 * passed since the last: what comes meanwhile waits in the sockets of all shards. (Network cards moderate their
 * interrupts likewise.)
 *
 * An event that comes alone is never held up, one among a thousand a second for 2 ms at most, one among six thousand for
 * 6 ms. However fast they come, a turn takes all that is there, so throughput is not limited.
 */
export class Pace {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  #events = 0;
  #lastTurnAt = 0;

  /** An event was published in this turn. */
  note(): void {
    this.#events += 1;
    if (this.#events === 1) setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    const passedMs = performance.now() - this.#lastTurnAt;
    const eventsPerMs = this.#events / passedMs;
    const turnMs = Math.min(Math.max(eventsPerMs * limits.msPerThousand, limits.shortestMs), limits.longestMs);
    const restMs = turnMs - passedMs;
    if (restMs > 0 && this.#events < limits.manyEvents) Atomics.wait(this.#cell, 0, 0, restMs);
    this.#events = 0;
    this.#lastTurnAt = performance.now();
  }
}
