import type { Names } from '@arrakis/protocol';
import type { Bots } from './bots.ts';
import type { WorkerSettings } from './config.ts';
import { eventLane } from './event-lane.ts';
import type { Lane } from './execution.ts';
import { interactionLane } from './interaction-lane.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** Most attempts of an interaction: with a third its answer comes 12 s after the question. */
const interactionAttempts = 3;

export interface LaneParts {
  readonly names: Names;
  readonly bots: Bots;
  readonly metrics: WorkerMetrics;
}

/** The lanes of a worker: each has a queue, a channel and permits of its own, so that none waits for another. */
export function lanesOf(settings: WorkerSettings, { names, bots, metrics }: LaneParts): Lane[] {
  const { WORKER_MAX_ATTEMPTS: maxAttempts, WORKER_HANDLER_TIMEOUT_MS: handlerTimeoutMs } = settings;
  const events = { longJobs: names.longJobs, maxAttempts, bots };
  return [
    interactionLane({
      queue: names.interactions,
      concurrency: settings.WORKER_INTERACTION_CONCURRENCY,
      maxAttempts: Math.min(maxAttempts, interactionAttempts),
      handlerTimeoutMs,
      bots,
      metrics,
    }),
    eventLane({
      ...events,
      name: 'normal',
      queue: names.guildEvents,
      concurrency: settings.WORKER_EVENT_CONCURRENCY,
      ordered: settings.WORKER_GUILD_ORDER,
      handlerTimeoutMs,
    }),
    eventLane({
      ...events,
      name: 'low',
      queue: names.longJobs,
      concurrency: settings.WORKER_LOW_CONCURRENCY,
      ordered: false,
      handlerTimeoutMs: settings.WORKER_LOW_TIMEOUT_MS,
    }),
  ];
}
