import { setTimeout as delay } from 'node:timers/promises';
import type { Event } from '@arrakis/protocol';
import { StateUnavailableError, type Claim, type ClaimStore } from '@arrakis/state';

/** How often it is looked whether another worker is through with a guild, in ms; jittered. */
const pollMs = 40;

/** How long that is waited for before the event makes room for others, in ms. */
const patienceMs = 4_000;

export interface FleetTurnParts {
  readonly claims: ClaimStore;
  /** Ends the wait. */
  readonly stopping: AbortSignal;
}

/**
 * The turn of a guild over all workers: a claim on the guild, renewed while its event runs and free soon after the death
 * of its worker. `full` when another worker has it for long; `closed` when this one stops.
 */
export async function takeFleetTurn(
  guildId: NonNullable<Event['guildId']>,
  { claims, stopping }: FleetTurnParts,
): Promise<Claim | 'full' | 'closed'> {
  const until = performance.now() + patienceMs;
  while (!stopping.aborted) {
    const claim = await ask(claims, guildId);
    if (claim !== undefined && claim !== 'away') return claim;
    // Without Redis all events wait: see `Lane.withoutClaims`.
    if (claim === undefined && performance.now() > until) return 'full';
    await delay(pollMs * (0.5 + Math.random()), undefined, { signal: stopping }).catch(() => undefined);
  }
  return 'closed';
}

/** Undefined while another worker has the turn; `away` while Redis cannot be asked. */
async function ask(claims: ClaimStore, guildId: string): Promise<Claim | 'away' | undefined> {
  try {
    // Whoever has died in a turn was suspected of its event, not of its guild.
    const result = await claims.claim(`guild:${guildId}`, { isolated: true });
    return result.outcome === 'claimed' ? result.claim : undefined;
  } catch (cause) {
    if (cause instanceof StateUnavailableError) return 'away';
    throw cause;
  }
}
