import type { Names, WorkQueues } from '@arrakis/protocol';
import type { Bots } from './bots.ts';
import type { WorkerSettings } from './config.ts';
import { eventLane } from './event-lane.ts';
import type { Elsewhere, Lane } from './execution.ts';
import { interactionLane } from './interaction-lane.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** Most attempts of an interaction: with a third its answer comes 12 s after the question. */
const interactionAttempts = 3;

export interface LaneParts {
  readonly names: Names;
  readonly bots: Bots;
  readonly metrics: WorkerMetrics;
}

/**
 * The lanes of a worker: each has a queue, a channel and permits of its own, so that none waits for another. A worker
 * that serves some modules only has lanes for the queues of each of them as well.
 */
export function lanesOf(settings: WorkerSettings, parts: LaneParts): Lane[] {
  const { names } = parts;
  const served = settings.WORKER_MODULES;
  const queues = [names, ...(served ?? []).map((module) => names.ofModule(module))];
  const elsewhere: Elsewhere = (module, kind) =>
    served === undefined || served.includes(module) ? undefined : names.ofModule(module)[kind];
  return queues.flatMap((own) => lanesFor(own, settings, { ...parts, elsewhere }));
}

function lanesFor(
  queues: WorkQueues,
  settings: WorkerSettings,
  { bots, metrics, elsewhere }: LaneParts & { readonly elsewhere: Elsewhere },
): Lane[] {
  const { WORKER_MAX_ATTEMPTS: maxAttempts, WORKER_HANDLER_TIMEOUT_MS: handlerTimeoutMs } = settings;
  const events = { longJobs: queues.longJobs, maxAttempts, bots, elsewhere };
  return [
    interactionLane({
      queue: queues.interactions,
      concurrency: settings.WORKER_INTERACTION_CONCURRENCY,
      maxAttempts: Math.min(maxAttempts, interactionAttempts),
      handlerTimeoutMs,
      bots,
      metrics,
      elsewhere,
    }),
    eventLane({
      ...events,
      name: 'normal',
      queue: queues.guildEvents,
      concurrency: settings.WORKER_EVENT_CONCURRENCY,
      ordered: settings.WORKER_GUILD_ORDER,
      handlerTimeoutMs,
    }),
    eventLane({
      ...events,
      name: 'low',
      queue: queues.longJobs,
      concurrency: settings.WORKER_LOW_CONCURRENCY,
      ordered: false,
      handlerTimeoutMs: settings.WORKER_LOW_TIMEOUT_MS,
    }),
  ];
}
