/** While events come fast, the shortest time from one turn of the event loop with events to the next, in ms. */
const turnMs = 3;

/**
 * Keeps the event loop from turning for every single event. To wake up, read one frame, write one message and read one
 * confirm costs several times what the event itself does; a turn that finds ten frames costs little more than one that
 * finds one. So while turns follow each other closely, the thread sleeps at the end of each until 3 ms have passed since the
 * last: what comes meanwhile waits in the sockets of all shards. (Network cards moderate their interrupts likewise.)
 *
 * An event that comes alone is never held up, one among many for at most 3 ms. However fast they come, a turn takes
 * all that is there, so throughput is not limited.
 */
export class Pace {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  #isNoted = false;
  #lastTurnAt = 0;

  /** An event was published in this turn. */
  note(): void {
    if (this.#isNoted) return;
    this.#isNoted = true;
    setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#isNoted = false;
    const restMs = this.#lastTurnAt + turnMs - performance.now();
    if (restMs > 0) Atomics.wait(this.#cell, 0, 0, restMs);
    this.#lastTurnAt = performance.now();
  }
}
