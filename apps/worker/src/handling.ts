import type { Logger } from '@arrakis/service';
import type { Claim } from '@arrakis/state';
import type { Execution } from './execution.ts';
import { ClaimLostError, HandlerTimeoutError, isRetryable, StoppingError } from './failure.ts';
import type { TimeLimit, TimeLimits } from './time-limit.ts';

export interface Handling {
  /** Undefined without Redis. */
  readonly claim: Claim | undefined;
  readonly limit: TimeLimit;
  readonly limits: TimeLimits;
  /** Whether the worker ends because of a failure. */
  readonly failing: () => boolean;
  readonly log: Logger;
}

/** Runs an event that is claimed, and ends its claim; undefined when it is done, otherwise why not. */
export async function runClaimed(execution: Execution, handling: Handling): Promise<{ cause: unknown } | undefined> {
  const { claim, limit, limits } = handling;
  try {
    await limits.run(limit, () => execution.handle(claim?.fence));
  } catch (thrown) {
    const cause = unlessInterrupted(thrown, limit.endedBy);
    await giveUp(cause, handling);
    return { cause };
  }
  await markDone(execution, handling);
  return undefined;
}

/** Ends the claim on what has failed, so that somebody may try again. Should Redis be away now, the lease runs out. */
async function giveUp(cause: unknown, { claim, failing }: Handling): Promise<void> {
  if (claim === undefined || cause instanceof ClaimLostError) return;
  try {
    // A handler that runs past its time may still be at work: nobody takes over before the lease is over.
    if (cause instanceof HandlerTimeoutError) await claim.leave();
    else await claim.release({ suspected: cause instanceof StoppingError && failing() });
  } catch {
    // What failed is what on-call needs to see.
  }
}

/** The effect is there. Should Redis be away now, a duplicate would not be recognised; the event is done all the same. */
async function markDone({ event }: Execution, { claim, log }: Handling): Promise<void> {
  const about = { eventId: event.id, type: event.type };
  try {
    const marked = await claim?.done();
    if (marked === false) log.warn(about, 'done, but another worker has taken it over meanwhile: it may be done twice');
  } catch (cause) {
    log.warn({ err: cause, ...about }, 'done, but not marked as done');
  }
}

/**
 * A handler that gave up because it was told to has not failed. What must not be repeated is left as it is, and so
 * is the end of the handler's time: it may still be at work.
 */
function unlessInterrupted(cause: unknown, reason: unknown): unknown {
  if (cause instanceof HandlerTimeoutError || isRetryable(cause) === false) return cause;
  if (reason instanceof StoppingError) return new StoppingError({ cause });
  return reason instanceof ClaimLostError ? new ClaimLostError({ cause }) : cause;
}
