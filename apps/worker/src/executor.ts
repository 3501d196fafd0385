import {
  done,
  giveBack,
  move,
  reject,
  split,
  type Delivery,
  type SingleVerdict,
  type Verdict,
  type VerdictPart,
} from '@arrakis/broker';
import { decodeEvent, moduleHeader, type DeliveredEvent, type RetryTier } from '@arrakis/protocol';
import { LinkedList, type Linked, type Logger, type Pace } from '@arrakis/service';
import type { ClaimStore } from '@arrakis/state';
import { Admission, type Pass } from './admission.ts';
import { claimEvent, type Possession } from './claim.ts';
import type { Execution, Lane, Result } from './execution.ts';
import {
  ClaimedElsewhereError,
  ClaimLostError,
  GuildBusyError,
  isPostponement,
  PoisonError,
  UnclaimedRedeliveryError,
} from './failure.ts';
import { takeFleetTurn } from './fleet-turn.ts';
import { runClaimed } from './handling.ts';
import type { Permits } from './permits.ts';
import { failureVerdict } from './retry-policy.ts';
import { TimeLimit, TimeLimits } from './time-limit.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface ExecutorParts {
  /** The claims of the bot whose event it is. */
  readonly claimsOf: (applicationId: string) => ClaimStore;
  /** Of the lanes for which nobody waits: that of the process. */
  readonly pace: Pace;
  /** One permit, that of all lanes of the process: events that may have killed a worker run one at a time. */
  readonly isolation: Permits;
  readonly retryTiers: readonly RetryTier[];
  readonly maxPostponementMs: number;
  readonly metrics: WorkerMetrics;
  readonly log: Logger;
  /** Aborted when the worker begins to stop: nothing begins any more, and Redis is not waited for. */
  readonly stopping: AbortSignal;
  /** Aborted when the worker is about to end: handlers have to give up. */
  readonly ending: AbortSignal;
  /** Whether the worker ends because of a failure: then what it is at may be the reason. */
  readonly failing: () => boolean;
}

/**
 * Deliveries after which a message is given up that nobody ever settled or claimed: it kills before that. RabbitMQ's own
 * limit, twice as high, is the net below (protocol's topology).
 */
const maxDeliveries = 10;

/** For so long after its frame, in ms, an interaction is not yet acknowledged; then it is either expired or can wait. */
const freshMs = 3_000;

/** What is known of a message, or of a part of one, on its way. */
interface Passage {
  readonly event: DeliveredEvent;
  readonly delivery: Delivery;
  readonly pass: Pass;
  readonly limit: TimeLimit;
}

/** A handler at work. */
interface Running extends Linked<Running> {
  readonly claim: Possession['claim'];
}

/**
 * Takes one message from its bytes to a verdict: decode ▸ admit ▸ route ▸ claim ▸ handle ▸ settle. Every lane is
 * a configuration of it. Handlers return or throw; here alone is decided what that means for the message.
 */
export class Executor {
  readonly #lane: Lane;
  readonly #parts: ExecutorParts;
  readonly #admission: Admission;
  readonly #limits: TimeLimits;
  readonly #running = new LinkedList<Running>();

  constructor(lane: Lane, parts: ExecutorParts) {
    this.#lane = lane;
    this.#parts = parts;
    const { claimsOf, stopping, ending } = parts;
    this.#limits = new TimeLimits(lane.handlerTimeoutMs, ending);
    this.#admission = new Admission(lane, async (guildId, applicationId) =>
      takeFleetTurn(guildId, { claims: claimsOf(applicationId), stopping }),
    );
    const close = () => this.#admission.close();
    stopping.addEventListener('abort', close, { once: true });
    if (stopping.aborted) close();
  }

  /** How many messages of the lane are being handled. */
  get running(): number {
    return this.#admission.running;
  }

  /** How many wait in this process until they may be. */
  get waiting(): number {
    return this.#admission.waiting;
  }

  /**
   * The process ends while these are still running: others may have them when their leases are over. Unless it fails,
   * that is no death, and suspects nobody.
   */
  async leaveRunning(): Promise<void> {
    if (this.#parts.failing()) return;
    const claims = [...this.#running].flatMap(({ claim }) => (claim === undefined ? [] : [claim]));
    await Promise.allSettled(claims.map((claim) => claim.leave()));
  }

  /** Never throws: whatever goes wrong is a verdict. */
  async execute(delivery: Delivery): Promise<Verdict> {
    let event: DeliveredEvent;
    try {
      event = decodeEvent({ body: delivery.body, properties: delivery.properties });
    } catch (cause) {
      this.#parts.metrics.malformed();
      this.#parts.log.error({ err: cause, queue: delivery.queue }, 'a message is no event');
      return reject(cause);
    }
    const pass = await this.#admission.enter(event);
    if (pass === 'full') return this.#failed(event, delivery, new GuildBusyError());
    // Its channel may be lost by now, and the message somebody else's.
    if (pass === 'closed' || delivery.signal.aborted) {
      if (pass !== 'closed') pass.leave();
      return this.#settled(event, 'returned', giveBack);
    }
    try {
      const parts = this.#lane.partsOf(event);
      if (parts !== undefined) return await this.#splitUp(parts, delivery, pass);
      return await this.#admitted({ event, delivery, pass, limit: new TimeLimit() });
    } catch (cause) {
      return this.#failed(event, delivery, cause);
    } finally {
      pass.leave();
    }
  }

  /**
   * Each part goes its own way, at the same time as the others. What is to be given back, since the worker stops, takes all of
   * the message with it: what is done of it has been marked so.
   */
  async #splitUp(parts: readonly DeliveredEvent[], delivery: Delivery, pass: Pass): Promise<Verdict> {
    const verdicts = parts.map(async (event) => {
      const { module = '' } = event;
      const admitted = this.#admitted({ event, delivery, pass, limit: new TimeLimit() });
      return { module, verdict: await admitted.catch((cause: unknown) => this.#failed(event, delivery, cause)) };
    });
    const unfinished: VerdictPart[] = [];
    for (const { module, verdict } of await Promise.all(verdicts)) {
      if (verdict.kind === 'return') return giveBack;
      if (verdict.kind !== 'done') unfinished.push({ verdict, headers: { [moduleHeader]: module } });
    }
    return unfinished.length === 0 ? done : split(unfinished);
  }

  async #admitted(passage: Passage): Promise<SingleVerdict> {
    const { event, limit, delivery } = passage;
    this.#parts.metrics.received(event);
    const { attempt, redelivered, firstFailedAt, deliveries = 1 } = delivery;
    if (deliveries > maxDeliveries) {
      throw new PoisonError(`It has been delivered ${deliveries} times, and nobody ever settled it.`);
    }
    // What was put off comes back as a new message, and perhaps without having been an attempt.
    const delivered = redelivered || firstFailedAt !== undefined;
    const prepared = await this.#lane.prepare(event, { attempt, delivered, limit });
    if (prepared === undefined) return this.#settled(event, 'ignored');
    if ('queue' in prepared) return this.#settled(event, 'moved', move(prepared.queue));
    const possession = await this.#claim(passage, prepared.claimId);
    if (possession === 'done') return this.#settled(event, 'duplicate');
    // Whoever is at it may die at it: come back and see.
    if (possession === 'busy') {
      this.#parts.metrics.contested('busy');
      await prepared.acknowledge();
      throw new ClaimedElsewhereError();
    }
    if (possession.claim === undefined && redelivered && Date.now() - event.receivedAt > freshMs) {
      possession.leave();
      throw new UnclaimedRedeliveryError();
    }
    return this.#run(passage, prepared, possession);
  }

  #claim({ event, delivery, pass, limit }: Passage, claimId: string): Promise<Possession | 'busy' | 'done'> {
    const { claimsOf, stopping, isolation, metrics, pace } = this.#parts;
    const claimed = claimEvent({
      claims: claimsOf(event.applicationId),
      claimId,
      withoutClaims: this.#lane.withoutClaims,
      signals: [stopping, delivery.signal],
      isolation,
      onSuspected: () => {
        metrics.contested('suspected');
        pass.leave();
      },
      onLost: () => {
        metrics.contested('lost');
        limit.end(new ClaimLostError());
      },
    });
    // What is asked of Redis goes at the end of this turn, and so before the pause, unless Redis is at an earlier batch.
    // While all permits are taken the worker is what holds up the rest: it does not rest.
    if (this.#lane.name !== 'high' && this.running < this.#lane.concurrency) pace.note();
    return claimed;
  }

  async #run(
    { event, delivery, limit }: Passage,
    execution: Execution,
    possession: Possession,
  ): Promise<SingleVerdict> {
    const { log, failing, metrics } = this.#parts;
    const startedAt = performance.now();
    const { claim } = possession;
    const running: Running = { claim, previous: undefined, next: undefined };
    this.#running.add(running);
    try {
      const failure = await runClaimed(execution, { claim, limit, limits: this.#limits, failing, log });
      metrics.handled(this.#lane.name, performance.now() - startedAt);
      return failure === undefined
        ? this.#settled(event, 'done')
        : await this.#handlerFailed({ execution, delivery, cause: failure.cause });
    } finally {
      this.#running.delete(running);
      possession.leave();
    }
  }

  async #handlerFailed(failure: { execution: Execution; delivery: Delivery; cause: unknown }): Promise<SingleVerdict> {
    const { execution, delivery, cause } = failure;
    const { event, handler } = execution;
    // What another worker has taken over by now is not given up here.
    const mayRetry = cause instanceof ClaimLostError || execution.mayRetry(cause);
    const verdict = this.#verdictOf(event, delivery, { cause, mayRetry });
    if (verdict.kind === 'reject' || verdict.kind === 'done') await execution.apologize();
    return this.#told(event, { verdict, cause, handler });
  }

  /** It has failed before its handler began. */
  #failed(event: DeliveredEvent, delivery: Delivery, cause: unknown): SingleVerdict {
    const mayRetry = delivery.attempt < this.#lane.maxAttempts || isPostponement(cause);
    return this.#told(event, {
      verdict: this.#verdictOf(event, delivery, { cause, mayRetry }),
      cause,
      handler: 'none',
    });
  }

  #verdictOf(
    event: DeliveredEvent,
    delivery: Delivery,
    { cause, mayRetry }: { cause: unknown; mayRetry: boolean },
  ): SingleVerdict {
    const { attempt, firstFailedAt } = delivery;
    const retryBy = this.#lane.retryBy(event);
    return failureVerdict(cause, { attempt, firstFailedAt, mayRetry, retryBy }, this.#parts);
  }

  #settled(event: DeliveredEvent, result: Result, verdict: SingleVerdict = done): SingleVerdict {
    this.#parts.metrics.settled(event, result);
    return verdict;
  }

  #told(event: DeliveredEvent, failure: { verdict: SingleVerdict; cause: unknown; handler: string }): SingleVerdict {
    const { verdict, cause, handler } = failure;
    const { metrics, log } = this.#parts;
    if (verdict.kind === 'return') return this.#settled(event, 'returned', verdict);
    if (cause instanceof ClaimedElsewhereError && verdict.kind === 'retry')
      return this.#settled(event, 'retry', verdict);
    metrics.handlerFailed(event, cause);
    const { id: eventId, type, module, traceparent } = event;
    const about = { err: cause, eventId, type, module, handler, traceparent };
    if (verdict.kind === 'done') {
      log.warn(about, 'ended without effect: Discord says that it is gone or not permitted');
      return this.#settled(event, 'done', verdict);
    }
    if (verdict.kind === 'retry') log.warn(about, 'failed, to be tried again');
    else log.error(about, 'failed for good: see the dead letters');
    return this.#settled(event, verdict.kind === 'retry' ? 'retry' : 'reject', verdict);
  }
}
