import type { Broker, Outbox } from '@arrakis/broker';
import type { Dispatch, Shard } from '@arrakis/gateway';
import { encodeEvent, isRouted } from '@arrakis/protocol';
import type { IngestorMetrics } from './ingestor-metrics.ts';
import { translate, type Origin } from './translate.ts';

export interface ForwarderOptions {
  readonly broker: Broker;
  readonly origin: Origin;
  readonly metrics: IngestorMetrics;
  readonly maxUnconfirmed: number;
  readonly maxUnconfirmedBytes: number;
}

/**
 * Publishes what the shards receive and confirms each dispatch when the broker has it. When the outbox is full it
 * stops the shards from reading their sockets, so that the events wait at Discord and not in memory.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #outbox: Outbox;
  readonly #shards = new Set<Shard>();
  #pausedAt: number | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#outbox = options.broker.outbox({
      maxMessages: options.maxUnconfirmed,
      maxBytes: options.maxUnconfirmedBytes,
    });
    this.#outbox.onRoom(() => this.#resume());
  }

  get outbox(): Pick<Outbox, 'size' | 'bytes' | 'drained'> {
    return this.#outbox;
  }

  /** Whether the shards are kept from reading now. */
  get paused(): boolean {
    return this.#pausedAt !== undefined;
  }

  /** The shards that are paused when too much is unconfirmed. */
  supervise(shard: Shard): void {
    this.#shards.add(shard);
    if (this.paused) shard.pause();
  }

  /** Takes over one dispatch; `confirm` is called when the broker has it, or at once when no queue wants it. */
  forward(dispatch: Dispatch, confirm: () => void): void {
    const { origin, broker, metrics } = this.#options;
    const event = translate(dispatch, origin);
    if (!isRouted(event.type)) {
      metrics.skipped();
      confirm();
      return;
    }
    const { routingKey, body, properties } = encodeEvent(event);
    this.#outbox.add({ exchange: broker.names.events, routingKey, body, properties }, () => {
      metrics.confirmed(event, Date.now() - event.receivedAt);
      confirm();
    });
    if (this.#outbox.full) this.#pause();
  }

  #pause(): void {
    if (this.#pausedAt !== undefined) return;
    this.#pausedAt = performance.now();
    for (const shard of this.#shards) shard.pause();
  }

  #resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#options.metrics.blocked(performance.now() - this.#pausedAt);
    this.#pausedAt = undefined;
    for (const shard of this.#shards) shard.resume();
  }
}
