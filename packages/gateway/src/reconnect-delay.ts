/** Limits in ms. */
const limits = {
  /** Wait before a reconnect; doubles with every failure in a row. */
  min: 500,
  max: 60_000,
  /** A connection that was ready for so long was no failure. */
  stable: 10_000,
};

/** A connection that has ended. */
interface Ended {
  /** How long it was ready, in ms. */
  readonly readyForMs: number;
  readonly invalidated: boolean;
  /** Whether reading was paused when it ended. */
  readonly paused: boolean;
}

/** How long a shard waits before it connects again. It never gives up. */
export class ReconnectDelay {
  #failures = 0;

  /**
   * After a connection has ended, in ms. A first loss is mended quickly, failures in a row wait longer and longer;
   * each wait is drawn at random, so that a fleet does not come back as one. After an invalid session Discord wants
   * 1–5 s (Discord docs, Gateway, "Resuming").
   */
  next({ readyForMs, invalidated, paused }: Ended): number {
    // What ended because we did not read says nothing against another attempt.
    if (readyForMs >= limits.stable || paused) this.#failures = 0;
    const ceiling = Math.min(limits.max, limits.min * 2 ** this.#failures);
    if (!paused) this.#failures += 1;
    const backoffMs = ceiling * (0.1 + 0.9 * Math.random());
    return Math.round(invalidated ? Math.max(backoffMs, 1_000 + 4_000 * Math.random()) : backoffMs);
  }

  /** When reading may go on after it was suspended, in ms: all shards of a process hear that at once. */
  afterSuspension(): number {
    return Math.round(limits.min * Math.random());
  }
}
