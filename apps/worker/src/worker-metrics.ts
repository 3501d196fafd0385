import type { InteractionKind, Mismatch } from '@arrakis/bot';
import type { QueueDepth } from '@arrakis/broker';
import type { RestEvent } from '@arrakis/discord-rest';
import { eventTypeLabel, type Event } from '@arrakis/protocol';
import { latencyBucketsMs, type Metrics } from '@arrakis/service';
import type { LaneName, Result } from './execution.ts';
import { failureKind } from './failure.ts';
import { restMetrics } from './rest-metrics.ts';

/** Another worker is at the event; one has died in the middle of it, so that it runs alone; another has taken it over. */
export type ClaimConflict = 'busy' | 'suspected' | 'lost';

/** Nobody handles it, or not with this input; or whoever asked may not have it. */
export type Refusal = Mismatch['kind'] | 'denied';

/** What the worker tells Prometheus. */
export interface WorkerMetrics {
  received(event: Event): void;
  settled(event: Event, result: Result): void;
  malformed(): void;
  handlerFailed(event: Event, cause: unknown): void;
  /** A handler has ended, one way or another, after `tookMs`. */
  handled(lane: LaneName, tookMs: number): void;
  /** An event could not simply be claimed, or not be kept. */
  contested(outcome: ClaimConflict): void;
  /** The first response to an interaction is about to be sent, `afterMs` after its frame was read. */
  acknowledged(kind: InteractionKind, afterMs: number): void;
  /** A member was told that they cannot have what they asked for. */
  refused(kind: InteractionKind, reason: Refusal): void;
  /** Something happened on a bot's way to Discord. */
  requested(applicationId: string, event: RestEvent): void;
}

/** Depths are asked for at most this often, however often Prometheus scrapes, in ms. */
const depthsCachedMs = 500;

/** Registers the worker's metrics; `queueDepths` is asked at scrapes. */
export function workerMetrics(metrics: Metrics, queueDepths: () => Promise<Map<string, QueueDepth>>): WorkerMetrics {
  const labels = ['priority', 'event_type'] as const;
  const events = metrics.counter({
    name: 'bot_events_total',
    help: 'Messages settled, by what became of them; an event that several modules handle counts for each',
    labels: [...labels, 'result'],
  });
  const errors = metrics.counter({
    name: 'bot_handler_errors_total',
    help: 'Failures while handling, by kind of error',
    labels: [...labels, 'kind'],
  });
  const malformed = metrics.counter({ name: 'bot_malformed_messages_total', help: 'Messages that are no events' });
  const waitMs = metrics.histogram(
    { name: 'bot_queue_wait_ms', help: 'From reading the frame to beginning the event, in ms', labels: ['priority'] },
    latencyBucketsMs,
  );
  const ackMs = metrics.histogram(
    {
      name: 'bot_interaction_ack_ms',
      help: 'From reading the frame to sending the first response, in ms',
      labels: ['kind'],
    },
    latencyBucketsMs,
  );
  const tookMs = metrics.histogram(
    { name: 'bot_handler_ms', help: 'From beginning to end of a handler, in ms', labels: ['lane'] },
    latencyBucketsMs,
  );
  const conflicts = metrics.counter({
    name: 'bot_claim_conflicts_total',
    help: 'Events that another worker was at (busy), had died at (suspected) or has taken over (lost)',
    labels: ['outcome'],
  });
  const refused = metrics.counter({
    name: 'bot_interactions_refused_total',
    help: 'Interactions answered with why not: no handler (unknown), other input (changed), a guard or cooldown (denied)',
    labels: ['kind', 'reason'],
  });
  registerDepths(metrics, queueDepths);
  const requested = restMetrics(metrics);
  return {
    requested,
    received: (event) => waitMs.observe({ priority: event.priority }, Math.max(0, Date.now() - event.receivedAt)),
    settled: (event, result) => events.inc({ ...about(event), result }),
    malformed: () => malformed.inc(),
    handlerFailed: (event, cause) => errors.inc({ ...about(event), kind: failureKind(cause) }),
    handled: (lane, ms) => tookMs.observe({ lane }, ms),
    contested: (outcome) => conflicts.inc({ outcome }),
    refused: (kind, reason) => refused.inc({ kind, reason }),
    acknowledged: (kind, afterMs) => ackMs.observe({ kind }, Math.max(0, afterMs)),
  };
}

/** What of a lane is measured while it is at work. */
export interface WatchedLane {
  readonly lane: LaneName;
  readonly executor: { readonly running: number; readonly waiting: number };
  readonly consumer: { readonly unsettled: number };
}

/** Registers how busy the lanes are: asked at scrapes. */
export function watchLanes(metrics: Metrics, lanes: readonly WatchedLane[]): void {
  const gauge = (what: string, help: string, read: (lane: WatchedLane) => number) =>
    metrics.gauge({ name: `bot_lane_${what}_messages`, help, labels: ['lane'] }, (values) => {
      // Where modules are served apart there is a lane of each name for every module.
      const sums = new Map<LaneName, number>();
      for (const watched of lanes) sums.set(watched.lane, (sums.get(watched.lane) ?? 0) + read(watched));
      for (const [lane, sum] of sums) values.set({ lane }, sum);
    });
  gauge('running', 'Messages that are handled now', ({ executor }) => executor.running);
  gauge('waiting', 'Messages that wait in this process until they may be', ({ executor }) => executor.waiting);
  gauge('unsettled', 'All messages of this process, those on their way to a retry tier included', ({ consumer }) => {
    return consumer.unsettled;
  });
}

function about({ priority, type }: Event): { priority: number; event_type: string } {
  return { priority, event_type: eventTypeLabel(type) };
}

function registerDepths(metrics: Metrics, queueDepths: () => Promise<Map<string, QueueDepth>>): void {
  let askedAt = -Infinity;
  metrics.gauge(
    { name: 'bot_queue_ready_messages', help: 'Messages waiting in a queue', labels: ['queue'] },
    async (gauge) => {
      if (performance.now() - askedAt < depthsCachedMs) return;
      askedAt = performance.now();
      try {
        for (const [queue, { ready }] of await queueDepths()) gauge.set({ queue }, ready);
      } catch {
        // Nothing is known now, and an old number would be a lie; readiness says why.
        gauge.reset();
      }
    },
  );
}
