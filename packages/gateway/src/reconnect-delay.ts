/** Limits in ms. */
const limits = {
  /** Wait before a reconnect; doubles with every failure in a row. */
  min: 500,
  max: 60_000,
  /** A connection that was ready for so long was no failure. */
  stable: 10_000,
  /** Wait after an invalid session. */
  invalidated: { min: 1_000, max: 5_000 },
  /** Wait for a session that another may have taken: longer than it takes another's connection to become stable. */
  taken: { min: 15_000, max: 30_000 },
};

/** A connection that has ended. */
interface Ended {
  /** How long it was ready, in ms. */
  readonly readyForMs: number;
  readonly invalidated: boolean;
  /** Whether reading was paused when it ended. */
  readonly paused: boolean;
  /** Whether another process may have resumed the session. */
  readonly mayBeTaken: boolean;
}

/** How long a shard waits before it connects again. It never gives up. */
export class ReconnectDelay {
  #failures = 0;

  /**
   * After a connection has ended, in ms. A first loss is mended quickly, failures in a row wait longer and longer;
   * each wait is drawn at random, so that a fleet does not come back as one. After an invalid session Discord wants
   * 1–5 s (Discord docs, Gateway, "Resuming"). A session that another may have taken is left to it for a while: two that
   * wait equally long would take it from each other again and again, and neither would be ready.
   */
  next({ readyForMs, invalidated, paused, mayBeTaken }: Ended): number {
    // What ended because we did not read says nothing against another attempt.
    const failed = readyForMs < limits.stable && !paused;
    if (!failed) this.#failures = 0;
    const ceiling = Math.min(limits.max, limits.min * 2 ** this.#failures);
    if (!paused) this.#failures += 1;
    let waitMs = ceiling * (0.1 + 0.9 * Math.random());
    if (invalidated) waitMs = Math.max(waitMs, between(limits.invalidated));
    if (failed && mayBeTaken) waitMs = Math.max(waitMs, between(limits.taken));
    return Math.round(waitMs);
  }

  /** When reading may go on after it was suspended, in ms: all shards of a process hear that at once. */
  afterSuspension(): number {
    return Math.round(limits.min * Math.random());
  }
}

function between({ min, max }: { readonly min: number; readonly max: number }): number {
  return min + (max - min) * Math.random();
}
