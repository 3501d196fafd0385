import { Router } from '@arrakis/bot';
import { serviceBroker, type Broker, type Consumer } from '@arrakis/broker';
import { DiscordRest } from '@arrakis/discord-rest';
import { applicationIdOf, type Service } from '@arrakis/service';
import { serviceState } from '@arrakis/state';
import { syncCommands } from './command-sync.ts';
import type { WorkerSettings } from './config.ts';
import { eventLane } from './event-lane.ts';
import type { Lane } from './execution.ts';
import { Executor } from './executor.ts';
import { createHandlers } from './handlers/index.ts';
import { StoppingError } from './failure.ts';
import { interactionLane } from './interaction-lane.ts';
import { workerMetrics, type WorkerMetrics } from './worker-metrics.ts';

/** How long messages in flight may take at the shutdown, in ms; what is left is delivered to somebody else. */
const stopLimitMs = 6_000;

/** How long before that handlers are told to give up, in ms, so that what they had can still be settled. */
const settleReserveMs = 1_500;

/** Most attempts of an interaction: with a third its answer comes 12 s after the question. */
const interactionAttempts = 3;

/** Consumes both queues and runs the handlers. */
export async function startWorker(service: Service, settings: WorkerSettings): Promise<void> {
  const applicationId = applicationIdOf(settings);
  const broker = serviceBroker(service, settings);
  const metrics = workerMetrics(service.metrics, () => broker.queueDepths());
  const rest = connectRest(service, settings, { applicationId, metrics });
  // Longer than a handler may take, so that nobody takes over what is still being done.
  const claims = { leaseMs: settings.WORKER_HANDLER_TIMEOUT_MS * 2 };
  const state = serviceState(service, settings, { applicationId, claims });
  service.health.addCheck('redis', () => state.whyUnavailable());
  const router = new Router(createHandlers({ state, log: service.log }));
  if (settings.WORKER_SYNC_COMMANDS ?? settings.APP_ENV === 'development') {
    await syncCommands(router, { rest, log: service.log, signal: service.signal });
  }
  const { interactions, guildEvents } = broker.names;
  const { WORKER_HANDLER_TIMEOUT_MS: handlerTimeoutMs, WORKER_MAX_ATTEMPTS: maxAttempts } = settings;
  consume(service, {
    broker,
    lanes: [
      interactionLane({
        queue: interactions,
        concurrency: settings.WORKER_INTERACTION_CONCURRENCY,
        maxAttempts: Math.min(maxAttempts, interactionAttempts),
        router,
        rest,
        metrics,
      }),
      eventLane({
        queue: guildEvents,
        concurrency: settings.WORKER_EVENT_CONCURRENCY,
        maxAttempts,
        router,
        rest,
        handlerTimeoutMs,
      }),
    ],
    executor: (lane, ending) =>
      new Executor(lane, {
        claims: state.claims,
        metrics,
        log: service.log,
        stopping: service.signal,
        ending,
        handlerTimeoutMs,
      }),
  });
}

interface Consumption {
  readonly broker: Broker;
  readonly lanes: readonly Lane[];
  readonly executor: (lane: Lane, ending: AbortSignal) => Executor;
}

/** Consumes the queue of each lane, and defers the end: no further message, then wait for those in flight. */
function consume(service: Service, { broker, lanes, executor }: Consumption): void {
  const ending = new AbortController();
  const consumers = lanes.map((lane) => {
    const { queue, concurrency } = lane;
    const runs = executor(lane, ending.signal);
    const consumer = broker.consume({ queue, prefetch: concurrency, handle: (delivery) => runs.execute(delivery) });
    service.health.addCheck(queue, () => (consumer.consuming ? undefined : 'not consuming'));
    return consumer;
  });
  service.defer('consumers', stopLimitMs + 1_000, async () => {
    const end = setTimeout(() => ending.abort(new StoppingError()), stopLimitMs - settleReserveMs);
    const left = await stopAll(consumers);
    clearTimeout(end);
    if (left > 0) service.log.warn({ left }, 'messages in flight were left to others');
  });
}

async function stopAll(consumers: readonly Consumer[]): Promise<number> {
  const left = await Promise.all(consumers.map((consumer) => consumer.stop(stopLimitMs)));
  return left.reduce((sum, count) => sum + count, 0);
}

function connectRest(
  service: Service,
  settings: WorkerSettings,
  { applicationId, metrics }: { applicationId: string; metrics: WorkerMetrics },
): DiscordRest {
  const { DISCORD_TOKEN: token, DISCORD_API_URL: apiUrl } = settings;
  const rest = new DiscordRest({ token, applicationId, apiUrl, onEvent: (event) => metrics.requested(event) });
  service.defer('rest', 3_000, () => rest.close(2_000));
  service.health.addCheck('discord', () => rest.whyNotReady());
  return rest;
}
