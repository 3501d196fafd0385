import { Router } from '@arrakis/bot';
import { Broker, logBrokerEvent, type Consumer } from '@arrakis/broker';
import { DiscordRest } from '@arrakis/discord-rest';
import { applicationIdOf, type Service } from '@arrakis/service';
import { StateManager } from '@arrakis/state';
import type { WorkerSettings } from './config.ts';
import { eventLane } from './event-lane.ts';
import type { Lane } from './execution.ts';
import { Executor } from './executor.ts';
import { createHandlers } from './handlers/index.ts';
import { interactionLane } from './interaction-lane.ts';
import { workerMetrics } from './worker-metrics.ts';

/** How long messages in flight may take at the shutdown, in ms; what is left is delivered to somebody else. */
const stopLimitMs = 6_000;

/** Consumes both queues and runs the handlers. */
export async function startWorker(service: Service, settings: WorkerSettings): Promise<void> {
  const { log } = service;
  const applicationId = applicationIdOf(settings);
  const rest = new DiscordRest({ token: settings.DISCORD_TOKEN, applicationId, apiUrl: settings.DISCORD_API_URL });
  service.defer('rest', 3_000, () => rest.close(2_000));
  service.health.addCheck('discord', () => rest.whyNotReady());
  const state = connectState(service, settings, applicationId);
  const broker = connectBroker(service, settings);
  const metrics = workerMetrics(service.metrics, () => broker.queueDepths());
  const router = new Router(createHandlers({ state, log }));
  if (settings.WORKER_SYNC_COMMANDS ?? settings.APP_ENV === 'development') {
    const commands = await rest.overwriteCommands(router.registrations, { signal: service.signal });
    log.info({ commands: commands.map(({ name }) => name) }, 'commands registered');
  }
  const { interactions, guildEvents } = broker.names;
  const handlerTimeoutMs = settings.WORKER_HANDLER_TIMEOUT_MS;
  const concurrency = settings.WORKER_INTERACTION_CONCURRENCY;
  const lanes: Lane[] = [
    interactionLane({ queue: interactions, concurrency, router, rest, metrics }),
    eventLane({ queue: guildEvents, concurrency: settings.WORKER_EVENT_CONCURRENCY, router, rest, handlerTimeoutMs }),
  ];
  const consumers = lanes.map((lane) => {
    const executor = new Executor(lane, {
      claims: state.claims,
      metrics,
      log,
      signal: service.signal,
      handlerTimeoutMs,
      maxAttempts: settings.WORKER_MAX_ATTEMPTS,
    });
    return consume(service, { broker, lane, executor });
  });
  service.defer('consumers', stopLimitMs + 1_000, async () => {
    const left = await Promise.all(consumers.map((consumer) => consumer.stop(stopLimitMs)));
    const total = left.reduce((sum, count) => sum + count, 0);
    if (total > 0) log.warn({ left: total }, 'messages in flight were left to others');
  });
}

function connectState(service: Service, settings: WorkerSettings, applicationId: string): StateManager {
  const state = new StateManager({
    url: settings.REDIS_URL,
    namespace: settings.ARRAKIS_NAMESPACE,
    applicationId,
    onAvailability: (available, cause) =>
      available ? service.log.info('Redis connected') : service.log.warn({ err: cause }, 'Redis lost'),
    // Longer than a handler may take, so that nobody takes over what is still being done.
    claims: { leaseMs: settings.WORKER_HANDLER_TIMEOUT_MS * 2 },
  });
  service.defer('redis', 1_000, () => state.close());
  service.health.addCheck('redis', () => state.whyUnavailable());
  return state;
}

function connectBroker(service: Service, settings: WorkerSettings): Broker {
  const broker = new Broker({
    url: settings.RABBITMQ_URL,
    namespace: settings.ARRAKIS_NAMESPACE,
    connectionName: `worker ${process.pid}`,
    onEvent: (event) => logBrokerEvent(service.log, event),
  });
  service.defer('broker', 3_000, () => broker.close());
  service.health.addCheck('broker', () => broker.whyNotReady());
  return broker;
}

function consume(
  service: Service,
  { broker, lane, executor }: { broker: Broker; lane: Lane; executor: Executor },
): Consumer {
  const { queue, concurrency } = lane;
  const consumer = broker.consume({ queue, prefetch: concurrency, handle: (delivery) => executor.execute(delivery) });
  service.health.addCheck(queue, () => (consumer.consuming ? undefined : 'not consuming'));
  return consumer;
}
