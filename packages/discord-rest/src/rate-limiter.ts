import type { LimitFeedback } from './limit-feedback.ts';
import type { Route } from './route.ts';

/**
 * Who gives way to whom where the global limit is short. `bulk` is for what nobody waits for, like giving a role to ten
 * thousand members: it leaves a part of the limit to the others. Interactions do not count to the limit.
 */
export type Lane = 'normal' | 'bulk';

/** How long a request may wait. */
export interface Patience {
  /** In ms since the epoch. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  readonly lane: Lane;
}

/** The right to send one request now. */
export interface Admission {
  /** What the answer said of limits, or that there was none. */
  settle(feedback: LimitFeedback): void;
  /** The request was surely never sent. */
  refund(): void;
}

/** Where every request is admitted before each attempt, and what learns from Discord's answers. */
export interface RateLimiter {
  /**
   * Resolves when the request may be sent.
   * @throws {DiscordRestError} `rate-limited` at once when that would be after the deadline, `aborted` by the signal.
   */
  admit(route: Route, patience: Patience): Promise<Admission>;
  /** Gives up whatever goes on in the background. */
  close(): void;
}

/** For what no limit of Discord's is known of. */
export const unlimited: Admission = { settle: () => undefined, refund: () => undefined };
