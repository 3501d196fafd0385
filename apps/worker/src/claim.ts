import { setTimeout as delay } from 'node:timers/promises';
import {
  StateUnavailableError,
  type Claim,
  type ClaimRequest,
  type ClaimResult,
  type ClaimStore,
} from '@arrakis/state';
import { IsolationBusyError, PoisonError, StoppingError } from './failure.ts';
import type { Permits } from './permits.ts';

/** How often it is looked whether Redis is back, in ms. */
const redisPollMs = 100;

/** How many workers an event may have killed. The first death puts it under suspicion, the others prove it. */
const maxDeaths = 3;

/** How long a suspected event waits for its turn, in ms: then it makes room, and comes back later. */
const isolationPatienceMs = 10_000;

export interface ClaimParts {
  readonly claims: ClaimStore;
  readonly claimId: string;
  /** What to do while Redis is away: see `Lane.withoutClaims`. */
  readonly withoutClaims: 'wait' | 'go-on';
  /** Each of them ends the wait for Redis. */
  readonly signals: readonly AbortSignal[];
  /** One permit for the whole process: suspected events run one at a time. */
  readonly isolation: Permits;
  /** Called before a suspected event waits for the others: it holds nobody up meanwhile. */
  readonly onSuspected: () => void;
  /** Called when the claim is lost to another worker. */
  readonly onLost: () => void;
}

/** What a worker has of an event that it may run. */
export interface Possession {
  /** Undefined without Redis. */
  readonly claim: Claim | undefined;
  /** Called when the event is settled. */
  leave(): void;
}

/**
 * Claims an event; `busy` and `done` when others are at it, or were. An event in the middle of which a worker has died
 * is run alone among its like: if it kills again, those that were only there when it did are not suspected once more.
 * @throws {StoppingError} when a signal ends the wait for Redis.
 * @throws {IsolationBusyError} when other suspected events take long.
 * @throws {PoisonError} when too many workers have died of it.
 */
export async function claimEvent(parts: ClaimParts): Promise<Possession | 'busy' | 'done'> {
  const { isolation, onSuspected, onLost } = parts;
  const result = await ask(parts, { onLost });
  if (result === undefined) return { claim: undefined, leave: () => undefined };
  if (result.outcome !== 'suspected') return possession(result, () => undefined);
  if (result.deaths >= maxDeaths) await refuse(parts, result.deaths);
  onSuspected();
  const grant = await isolation.acquire(isolationPatienceMs);
  if (grant === 'closed') throw new StoppingError();
  if (grant === 'late') throw new IsolationBusyError();
  const leave = () => isolation.release();
  try {
    const alone = await ask(parts, { isolated: true, onLost });
    if (alone === undefined) return { claim: undefined, leave };
    if (alone.outcome === 'claimed') return possession(alone, leave);
    leave();
    return alone.outcome === 'done' ? 'done' : 'busy';
  } catch (cause) {
    leave();
    throw cause;
  }
}

function possession(
  result: Exclude<ClaimResult, { outcome: 'suspected' }>,
  leave: () => void,
): Possession | 'busy' | 'done' {
  return result.outcome === 'claimed' ? { claim: result.claim, leave } : result.outcome;
}

/** Its deaths are told by the dead letter from now on: whoever puts it back, with the handler mended, has them forgotten. */
async function refuse(parts: ClaimParts, deaths: number): Promise<never> {
  const result = await ask(parts, { isolated: true });
  if (result?.outcome === 'claimed') await result.claim.release().catch(() => undefined);
  throw new PoisonError(`${deaths} workers have died in the middle of this event, the last of them alone with it.`);
}

/** Asks until Redis answers; undefined when the event goes on without a claim, since Redis is away. */
async function ask(parts: ClaimParts, request: ClaimRequest): Promise<ClaimResult | undefined> {
  const { claims, claimId, withoutClaims, signals } = parts;
  for (;;) {
    try {
      return await claims.claim(claimId, request);
    } catch (cause) {
      if (!(cause instanceof StateUnavailableError)) throw cause;
      if (withoutClaims === 'go-on') return undefined;
      if (signals.some((signal) => signal.aborted)) throw new StoppingError({ cause });
      await delay(redisPollMs);
    }
  }
}
