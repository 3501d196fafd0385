import type { Broker, Outbox } from '@arrakis/broker';
import type { Dispatch, DispatchSink, Shard } from '@arrakis/gateway';
import { encodeEvent, gatewayGapEvent, type Event } from '@arrakis/protocol';
import { Pace, type Logger } from '@arrakis/service';
import type { IngestorMetrics } from './ingestor-metrics.ts';
import { translate, type Origin } from './translate.ts';

export interface ForwarderOptions {
  readonly broker: Broker;
  readonly log: Logger;
  /** Whether a queue wants events of a type. */
  readonly isRouted: (eventType: string) => boolean;
  /** Gives the W3C `traceparent` of a new trace. */
  readonly newTraceparent: () => string;
  readonly metrics: IngestorMetrics;
  readonly maxUnconfirmed: number;
  readonly maxUnconfirmedBytes: number;
}

/** A shard as far as it is told when to read. */
export type PausableShard = Pick<Shard, 'pause' | 'resume'>;

/** Why the shards are paused here; others may pause them for reasons of their own. */
const pauseReason = 'too much is unconfirmed';

/** How many dispatches may wait behind an unconfirmed one, for each event that may be unconfirmed. */
const lagPerUnconfirmed = 20;

/**
 * Publishes what the shards receive and confirms each dispatch when the broker has it. When the outbox is full it
 * stops the shards from reading their sockets, so that the events wait at Discord and not in memory.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #outbox: Outbox;
  readonly #shards = new Set<PausableShard>();
  readonly #pace = new Pace();
  /** Dispatches that nobody wants still wait, as numbers, for the cursor to pass what stands before them. */
  readonly #maxLag: number;
  #pausedAt: number | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#maxLag = options.maxUnconfirmed * lagPerUnconfirmed;
    this.#outbox = options.broker.outbox({
      maxMessages: options.maxUnconfirmed,
      maxBytes: options.maxUnconfirmedBytes,
    });
    this.#outbox.onRoom(() => this.#resume());
  }

  get outbox(): Pick<Outbox, 'size' | 'drained'> {
    return this.#outbox;
  }

  /** The shards that are paused when too much is unconfirmed. */
  supervise(shard: PausableShard): void {
    this.#shards.add(shard);
    if (this.#pausedAt !== undefined) shard.pause(pauseReason);
  }

  /** The session of a shard is lost: what waits of it cannot be left to the next holder, who will not receive it. */
  sessionLost(shard: PausableShard): void {
    this.#outbox.keep(shard);
  }

  /** A shard is no longer this process's: what waits of it is for the next holder to publish. */
  drop(shard: PausableShard): void {
    this.#shards.delete(shard);
    this.#outbox.discard(shard);
    this.#resumeWhenEmpty();
  }

  /**
   * Takes over the dispatches of a bot's shard; `confirm` is called when the broker has one, or at once when no queue
   * wants it.
   */
  sinkFor(applicationId: string, shard: () => PausableShard): DispatchSink {
    const { isRouted, log, newTraceparent } = this.#options;
    const origin: Origin = { applicationId, newTraceparent };
    return (dispatch, confirm) => {
      const event = translate(dispatch, origin);
      if (isRouted(event.type)) {
        try {
          this.#add(event, shard(), confirm);
        } catch (cause) {
          if (!(cause instanceof TypeError)) throw cause;
          const { id, type, shard: shardId } = event;
          log.error({ err: cause, shard: shardId, type, id }, 'no broker takes an event: lost');
          this.#add(gapIn(dispatch, origin), shard(), confirm);
        }
      } else {
        this.#options.metrics.skipped();
        confirm();
        if (dispatch.lag > this.#maxLag) this.#pause();
      }
    };
  }

  /** Takes over an event that is no dispatch; `confirm` is called when the broker has it. */
  publish(event: Event, confirm: () => void): void {
    this.#add(event, this, confirm);
  }

  /** @throws {TypeError} when no broker takes the event. */
  #add(event: Event, owner: object, confirm: () => void): void {
    const { metrics } = this.#options;
    this.#outbox.add(encodeEvent(event), owner, () => {
      metrics.confirmed(event, Date.now() - event.receivedAt);
      confirm();
      this.#resumeWhenEmpty();
    });
    // The outbox writes at the end of this turn, and so before the pause.
    this.#pace.note();
    if (this.#outbox.full) this.#pause();
  }

  #pause(): void {
    if (this.#pausedAt !== undefined) return;
    this.#pausedAt = performance.now();
    for (const shard of this.#shards) shard.pause(pauseReason);
  }

  /** The outbox tells when a full one has room again; what was paused for lag alone waits until it is empty. */
  #resumeWhenEmpty(): void {
    if (this.#outbox.size === 0) this.#resume();
  }

  #resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#options.metrics.blocked(performance.now() - this.#pausedAt);
    this.#pausedAt = undefined;
    for (const shard of this.#shards) shard.resume(pauseReason);
  }
}

/** For what no broker takes: without it the cursor would stand before the dispatch for ever. */
function gapIn({ sessionId, shardId, sequence, receivedAt }: Dispatch, origin: Origin): Event {
  const { applicationId } = origin;
  const gap = { session_id: sessionId, shard_id: shardId, from: sequence, to: sequence, missing: 1 };
  return gatewayGapEvent(gap, { applicationId, noticedAt: receivedAt, traceparent: origin.newTraceparent() });
}
