/**
 * What Discord lets a connection send: 120 payloads in 60 s, heartbeats included; one more and it disconnects
 * (Discord docs, Gateway, "Rate Limiting"). In ms.
 */
const discordLimit = { count: 120, windowMs: 60_000 };

/** Two payloads may be closer together when they arrive than when they were sent. In ms. */
const jitterMs = 1_000;

/** Payloads kept for what we do not choose to send: IDENTIFY or RESUME, heartbeats that Discord asks for. */
const unplanned = 4;

/**
 * The send budget of one connection, as a sliding window: however Discord's own window lies, no more than the limit
 * falls into it. Commands leave room for the heartbeats of a window. All times are of one clock that never goes back.
 */
export class SendBudget {
  /** When the payloads of the last window were sent, in order. */
  #sentAt: number[] = [];
  #reserved = unplanned;

  /** Reserves room for the heartbeats of a window; half of the budget remains for commands, come what may. */
  reserveHeartbeats(intervalMs: number): void {
    this.#reserved = Math.min(discordLimit.count / 2, Math.ceil(discordLimit.windowMs / intervalMs) + unplanned);
  }

  /** A payload is being sent. */
  spend(now: number): void {
    this.#forget(now);
    this.#sentAt.push(now);
  }

  /** Whether anything may be sent at all. */
  exhausted(now: number): boolean {
    this.#forget(now);
    return this.#sentAt.length >= discordLimit.count;
  }

  /** In how many ms the next command may be sent; 0: now. */
  commandIn(now: number): number {
    this.#forget(now);
    const allowed = discordLimit.count - this.#reserved;
    const blocking = this.#sentAt[this.#sentAt.length - allowed];
    return blocking === undefined ? 0 : blocking + discordLimit.windowMs + jitterMs - now;
  }

  #forget(now: number): void {
    const from = now - discordLimit.windowMs - jitterMs;
    if ((this.#sentAt[0] ?? Infinity) > from) return;
    this.#sentAt = this.#sentAt.filter((at) => at > from);
  }
}
