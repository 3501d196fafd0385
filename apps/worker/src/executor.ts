import { done, reject, retry, type Delivery, type Verdict } from '@arrakis/broker';
import { decodeEvent, type Event } from '@arrakis/protocol';
import type { Logger } from '@arrakis/service';
import type { Claim, Claims } from '@arrakis/state';
import { claimEvent } from './claim.ts';
import type { Execution, Lane, Result } from './execution.ts';
import {
  ClaimedElsewhereError,
  failureVerdict,
  HandlerTimeoutError,
  isPostponement,
  isRetryable,
  StoppingError,
} from './failure.ts';
import { TimeLimit } from './time-limit.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface ExecutorParts {
  /** The claims of the bot whose event it is. */
  readonly claimsOf: (applicationId: string) => Pick<Claims, 'claim'>;
  readonly metrics: WorkerMetrics;
  readonly log: Logger;
  /** Aborted when the worker begins to stop: Redis is not waited for any longer. */
  readonly stopping: AbortSignal;
  /** Aborted when the worker is about to end: handlers have to give up. */
  readonly ending: AbortSignal;
  readonly handlerTimeoutMs: number;
}

/** When to look again at an event that another worker has claimed, in ms. */
const busyRetryMs = 2_000;

/**
 * Takes one message from its bytes to a verdict: decode ▸ route ▸ claim ▸ defer ▸ handle ▸ settle. Every lane is
 * a configuration of it. Handlers return or throw; here alone is decided what that means for the message.
 */
export class Executor {
  readonly #lane: Lane;
  readonly #parts: ExecutorParts;

  constructor(lane: Lane, parts: ExecutorParts) {
    this.#lane = lane;
    this.#parts = parts;
  }

  /** Never throws: whatever goes wrong is a verdict. */
  async execute(delivery: Delivery): Promise<Verdict> {
    let event: Event;
    try {
      event = decodeEvent({ body: delivery.body, properties: delivery.properties });
    } catch (cause) {
      this.#parts.metrics.malformed();
      this.#parts.log.error({ err: cause, queue: delivery.queue }, 'a message is no event');
      return reject(cause);
    }
    this.#parts.metrics.received(event);
    const limit = new TimeLimit(this.#parts.handlerTimeoutMs, this.#parts.ending);
    const { attempt, redelivered } = delivery;
    try {
      const execution = await this.#lane.prepare(event, { attempt, redelivered, signal: limit.signal });
      if (execution === undefined) return this.#settled(event, 'ignored');
      return await this.#claimed(execution, { limit, delivery });
    } catch (cause) {
      const mayRetry = attempt < this.#lane.maxAttempts || isPostponement(cause);
      const verdict = failureVerdict(cause, mayRetry);
      return this.#failed(event, { verdict, cause, handler: 'none' });
    }
  }

  async #claimed(
    execution: Execution,
    { limit, delivery }: { limit: TimeLimit; delivery: Delivery },
  ): Promise<Verdict> {
    const { event } = execution;
    const { claimsOf, stopping } = this.#parts;
    const { withoutClaims } = this.#lane;
    const signals = [stopping, delivery.signal];
    const result = await claimEvent({
      claims: claimsOf(event.applicationId),
      eventId: event.id,
      withoutClaims,
      signals,
    });
    if (result?.outcome === 'done') return this.#settled(event, 'duplicate');
    // Whoever is at it may die at it: come back and see.
    if (result?.outcome === 'busy') {
      return this.#settled(event, 'retry', retry(new ClaimedElsewhereError(), { afterMs: busyRetryMs, counts: false }));
    }
    const claim = result?.claim;
    try {
      await limit.run(async () => {
        await execution.defer();
        await execution.handle();
      });
    } catch (cause) {
      return this.#handlerFailed(execution, { claim, cause: unlessStopped(cause, limit.signal) });
    }
    await this.#mark(event, claim);
    return this.#settled(event, 'done');
  }

  async #handlerFailed(execution: Execution, failure: { claim: Claim | undefined; cause: unknown }): Promise<Verdict> {
    const { claim, cause } = failure;
    const { event, handler } = execution;
    const verdict = failureVerdict(cause, execution.mayRetry(cause));
    // A handler that runs past its time may still be at work: its claim ends by itself.
    if (!(cause instanceof HandlerTimeoutError)) await claim?.release().catch(() => undefined);
    if (verdict.kind === 'reject') await execution.apologize();
    return this.#failed(event, { verdict, cause, handler });
  }

  /** The effect is there. Should Redis be away now, a duplicate would not be recognised; the event is done all the same. */
  async #mark(event: Event, claim: Claim | undefined): Promise<void> {
    const about = { eventId: event.id, type: event.type };
    try {
      const marked = await claim?.done();
      if (marked === false) this.#parts.log.warn(about, 'done, but the claim had run out: it may be done twice');
    } catch (cause) {
      this.#parts.log.warn({ err: cause, ...about }, 'done, but not marked as done');
    }
  }

  #settled(event: Event, result: Result, verdict: Verdict = done): Verdict {
    this.#parts.metrics.settled(event, result);
    return verdict;
  }

  #failed(event: Event, failure: { verdict: Verdict; cause: unknown; handler: string }): Verdict {
    const { verdict, cause, handler } = failure;
    const { metrics, log } = this.#parts;
    metrics.handlerFailed(event, cause);
    const about = { err: cause, eventId: event.id, type: event.type, handler, traceparent: event.traceparent };
    if (verdict.kind === 'retry') log.warn(about, 'failed, to be tried again');
    else log.error(about, 'failed for good: see the dead letters');
    return this.#settled(event, verdict.kind === 'retry' ? 'retry' : 'reject', verdict);
  }
}

/**
 * A handler that gave up because it was told to has not failed. What must not be repeated is left as it is, and so
 * is the end of the handler's time: it may still be at work.
 */
function unlessStopped(cause: unknown, signal: AbortSignal): unknown {
  const final = cause instanceof HandlerTimeoutError || isRetryable(cause) === false;
  return signal.reason instanceof StoppingError && !final ? new StoppingError({ cause }) : cause;
}
