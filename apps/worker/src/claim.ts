import { setTimeout as delay } from 'node:timers/promises';
import { StateUnavailableError, type ClaimResult, type Claims } from '@arrakis/state';
import { StoppingError } from './failure.ts';

/** How often it is looked whether Redis is back, in ms. */
const redisPollMs = 100;

export interface ClaimRequest {
  readonly claims: Pick<Claims, 'claim'>;
  readonly eventId: string;
  /** What to do while Redis is away: see `Lane.withoutClaims`. */
  readonly withoutClaims: 'wait' | 'go-on';
  /** Each of them ends the wait for Redis. */
  readonly signals: readonly AbortSignal[];
}

/**
 * Claims an event; undefined when it goes on without a claim, since Redis is away.
 * @throws {StoppingError} when a signal ends the wait for Redis.
 */
export async function claimEvent(request: ClaimRequest): Promise<ClaimResult | undefined> {
  const { claims, eventId, withoutClaims, signals } = request;
  for (;;) {
    try {
      return await claims.claim(eventId);
    } catch (cause) {
      if (!(cause instanceof StateUnavailableError)) throw cause;
      if (withoutClaims === 'go-on') return undefined;
      if (signals.some((signal) => signal.aborted)) throw new StoppingError({ cause });
      await delay(redisPollMs);
    }
  }
}
