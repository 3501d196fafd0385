import { setTimeout as delay } from 'node:timers/promises';
import { done, reject, type Delivery, type Verdict } from '@arrakis/broker';
import { decodeEvent, type Event } from '@arrakis/protocol';
import type { Logger } from '@arrakis/service';
import { StateUnavailableError, type Claim, type ClaimResult, type Claims } from '@arrakis/state';
import type { Execution, Lane, Result } from './execution.ts';
import { failureVerdict, HandlerTimeoutError } from './failure.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface ExecutorParts {
  readonly claims: Claims;
  readonly metrics: WorkerMetrics;
  readonly log: Logger;
  /** Aborted when the worker is to stop waiting for Redis. */
  readonly signal: AbortSignal;
  readonly handlerTimeoutMs: number;
  /** How often an event is tried before it is a dead letter. */
  readonly maxAttempts: number;
}

/** How often it is looked whether Redis is back, in ms. */
const redisPollMs = 100;

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
    const timeout = AbortSignal.timeout(this.#parts.handlerTimeoutMs);
    try {
      const { attempt, redelivered } = delivery;
      const execution = await this.#lane.prepare(event, { attempt, redelivered, signal: timeout });
      if (execution === undefined) return this.#settled(event, 'ignored');
      return await this.#claimed(execution, timeout);
    } catch (cause) {
      return this.#failed(event, { verdict: reject(cause), cause, handler: 'none' });
    }
  }

  async #claimed(execution: Execution, timeout: AbortSignal): Promise<Verdict> {
    const { event } = execution;
    const result = await this.#claim(event);
    if (result?.outcome === 'done') return this.#settled(event, 'duplicate');
    if (result?.outcome === 'busy') {
      // Whoever is at it may die at it: come back and see.
      return this.#settled(event, 'retry', {
        kind: 'retry',
        cause: new Error('another worker is at it'),
        afterMs: 2_000,
      });
    }
    const claim = result?.claim;
    try {
      await execution.defer();
      await withinTime(execution.handle(), timeout);
    } catch (cause) {
      return this.#handlerFailed(execution, claim, cause);
    }
    await this.#mark(event, claim);
    return this.#settled(event, 'done');
  }

  async #handlerFailed(execution: Execution, claim: Claim | undefined, cause: unknown): Promise<Verdict> {
    const { event, attempt, handler } = execution;
    const mayRetry = execution.mayRetry() && attempt < this.#parts.maxAttempts;
    const verdict = failureVerdict(cause, mayRetry);
    // A handler that runs past its time may still be at work: its claim ends by itself.
    if (!(cause instanceof HandlerTimeoutError)) await claim?.release().catch(() => undefined);
    if (verdict.kind === 'reject') await execution.apologize();
    return this.#failed(event, { verdict, cause, handler });
  }

  /** Undefined where the lane goes on without Redis. */
  async #claim(event: Event): Promise<ClaimResult | undefined> {
    const { claims, signal } = this.#parts;
    for (;;) {
      try {
        return await claims.claim(event.id);
      } catch (cause) {
        if (!(cause instanceof StateUnavailableError)) throw cause;
        if (this.#lane.withoutClaims === 'go-on') return undefined;
        if (signal.aborted) throw cause;
        await delay(redisPollMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** The effect is there. Should Redis be away now, a duplicate would not be recognised; the event is done all the same. */
  async #mark(event: Event, claim: Claim | undefined): Promise<void> {
    try {
      await claim?.done();
    } catch (cause) {
      this.#parts.log.warn({ err: cause, eventId: event.id, type: event.type }, 'done, but not marked as done');
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

/** A handler that does not heed its signal is not waited for. */
async function withinTime(work: Promise<void>, timeout: AbortSignal): Promise<void> {
  const expired = Promise.withResolvers<never>();
  const expire = () => expired.reject(new HandlerTimeoutError());
  timeout.addEventListener('abort', expire, { once: true });
  try {
    await Promise.race([work, expired.promise]);
  } finally {
    timeout.removeEventListener('abort', expire);
  }
}
