import type { Handler } from '@arrakis/bot';
import { serviceBroker, type Broker, type Consumer } from '@arrakis/broker';
import type { Service } from '@arrakis/service';
import { connectBots, type HandlerParts } from './bots.ts';
import { syncCommands } from './command-sync.ts';
import type { WorkerSettings } from './config.ts';
import { eventLane } from './event-lane.ts';
import type { Lane } from './execution.ts';
import { Executor } from './executor.ts';
import { StoppingError } from './failure.ts';
import { interactionLane } from './interaction-lane.ts';
import { workerMetrics } from './worker-metrics.ts';

/** How long messages in flight may take at the shutdown, in ms; what is left is delivered to somebody else. */
const stopLimitMs = 6_000;

/** How long before that handlers are told to give up, in ms, so that what they had can still be settled. */
const settleReserveMs = 1_500;

/** Most attempts of an interaction: with a third its answer comes 12 s after the question. */
const interactionAttempts = 3;

/** Consumes both queues and runs the handlers, those of `createHandlers` for each bot. */
export async function startWorker(
  service: Service,
  settings: WorkerSettings,
  createHandlers: (parts: HandlerParts) => readonly Handler[],
): Promise<void> {
  const broker = serviceBroker(service, settings);
  const metrics = workerMetrics(service.metrics, () => broker.queueDepths());
  const bots = connectBots(service, settings, { broker, metrics, createHandlers });
  if (settings.WORKER_SYNC_COMMANDS ?? settings.APP_ENV === 'development') {
    const { log, signal } = service;
    await Promise.all(bots.all.map(({ router, rest }) => syncCommands(router, { rest, log, signal })));
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
        bots,
        metrics,
      }),
      eventLane({
        queue: guildEvents,
        concurrency: settings.WORKER_EVENT_CONCURRENCY,
        maxAttempts,
        bots,
        handlerTimeoutMs,
      }),
    ],
    executor: (lane, ending) =>
      new Executor(lane, {
        claimsOf: (applicationId) => bots.of(applicationId).claims,
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
