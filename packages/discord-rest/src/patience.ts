import type { CallOptions } from './options.ts';
import type { Patience } from './rate-limiter.ts';

/** How long a call may take unless it says otherwise, in ms. */
const usualPatienceMs = 30_000;

/**
 * What a call may wait for.
 * @param expiresAt - in ms since the epoch: after it the call is of no use
 */
export function patience({ deadline, signal, lane = 'normal' }: CallOptions = {}, expiresAt = Infinity): Patience {
  return { deadline: Math.min(deadline ?? Date.now() + usualPatienceMs, expiresAt), signal, lane };
}

/** The last moment for an answer to an interaction; what has no time in its id is left to Discord to judge. */
export function lastMoment(id: string, by: (id: string) => number): number {
  return /^\d{1,20}$/.test(id) ? by(id) : Infinity;
}
