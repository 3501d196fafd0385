import { eventTypeLabel, type Event } from '@arrakis/protocol';
import type { ShardState, ShardStatus } from '@arrakis/gateway';
import { latencyBucketsMs, type Metrics } from '@arrakis/service';

const shardStates: readonly ShardState[] = [
  'idle',
  'connecting',
  'identifying',
  'resuming',
  'ready',
  'waiting',
  'suspended',
  'stopped',
  'failed',
];

/** What the ingestor tells Prometheus. */
export interface IngestorMetrics {
  /** The broker has confirmed an event, `tookMs` after its frame was read. */
  confirmed(event: Event, tookMs: number): void;
  /** No queue wants the event of a dispatch. */
  skipped(): void;
  /** Reading was stopped for so long because too much was unconfirmed. */
  blocked(ms: number): void;
}

/** A shard of a bot. */
export type ObservedShard = ShardStatus & { readonly applicationId: string };

/** What is asked for at every scrape. */
export interface Observed {
  shards(): readonly ObservedShard[];
  unconfirmed(): number;
}

/** Registers the ingestor's metrics. */
export function ingestorMetrics(metrics: Metrics, observed: Observed): IngestorMetrics {
  const confirmed = confirmedEvents(metrics);
  const skipped = metrics.counter({
    name: 'bot_gateway_skipped_total',
    help: 'Dispatches whose event no queue wants',
  });
  const confirmMs = metrics.histogram(
    { name: 'bot_gateway_confirm_ms', help: 'From reading a frame to the broker confirming its event, in ms' },
    latencyBucketsMs,
  );
  const blockMs = metrics.histogram(
    {
      name: 'bot_queue_enqueue_block_ms',
      help: 'How long reading was stopped because too much was unconfirmed, in ms',
      labels: ['priority'],
    },
    latencyBucketsMs,
  );
  metrics.gauge({ name: 'bot_gateway_unconfirmed', help: 'Events the broker has not confirmed' }, (gauge) =>
    gauge.set(observed.unconfirmed()),
  );
  shardGauges(metrics, observed);
  return {
    confirmed(event, tookMs) {
      confirmed(event);
      confirmMs.observe(tookMs);
    },
    skipped: () => skipped.inc(),
    blocked: (ms) => blockMs.observe({ priority: 'all' }, ms),
  };
}

/**
 * Counts events, and tells prom-client at each scrape alone: to find a counter there by its labels, for every event, costs
 * more than all else that is done for a confirm.
 */
function confirmedEvents(metrics: Metrics): (event: Event) => void {
  const sinceScrape = new Map<string, { readonly priority: number; count: number }>();
  metrics.counter(
    {
      name: 'bot_gateway_events_total',
      help: 'Events confirmed by the broker',
      labels: ['priority', 'event_type'],
    },
    (counter) => {
      for (const [label, entry] of sinceScrape) {
        counter.inc({ priority: entry.priority, event_type: label }, entry.count);
        entry.count = 0;
      }
    },
  );
  return ({ type, priority }) => {
    const label = eventTypeLabel(type);
    const entry = sinceScrape.get(label);
    if (entry === undefined) sinceScrape.set(label, { priority, count: 1 });
    else entry.count += 1;
  };
}

function shardGauges(metrics: Metrics, observed: Observed): void {
  metrics.gauge({ name: 'bot_shards', help: 'Shards of this process by state', labels: ['state'] }, (gauge) => {
    const shards = observed.shards();
    for (const state of shardStates) gauge.set({ state }, shards.filter((shard) => shard.state === state).length);
  });
  const perShard = (name: string, help: string, value: (shard: ShardStatus) => number | undefined) =>
    metrics.gauge({ name, help, labels: ['application', 'shard'] }, (gauge) => {
      gauge.reset();
      for (const shard of observed.shards()) {
        const current = value(shard);
        if (current !== undefined) gauge.set({ application: shard.applicationId, shard: shard.id }, current);
      }
    });
  perShard('bot_shard_latency_ms', 'Round trip of the last heartbeat, in ms', (shard) => shard.latencyMs);
  perShard('bot_shard_lag', 'Dispatches received and not yet confirmed', (shard) => shard.lag);
  perShard('bot_shard_last_dispatch_timestamp_seconds', 'When the last dispatch came, since the epoch', (shard) =>
    seconds(shard.lastDispatchAt),
  );
  perShard(
    'bot_shard_last_ack_timestamp_seconds',
    'When the last heartbeat was acknowledged, since the epoch',
    (shard) => seconds(shard.lastAckAt),
  );
  perShard('bot_shard_identifies', 'IDENTIFYs sent since the start', (shard) => shard.identifies);
  perShard('bot_shard_resumes', 'RESUMEs sent since the start', (shard) => shard.resumes);
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
