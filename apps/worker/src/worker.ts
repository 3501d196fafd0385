import type { Module } from '@arrakis/bot';
import { serviceBroker, type Broker, type Consumer } from '@arrakis/broker';
import { Pace, type Service } from '@arrakis/service';
import { prefetchOf } from './admission.ts';
import { connectBots } from './bots.ts';
import { syncCommands } from './command-sync.ts';
import type { WorkerSettings } from './config.ts';
import type { Lane, LaneName } from './execution.ts';
import { Executor } from './executor.ts';
import { StoppingError } from './failure.ts';
import { lanesOf } from './lanes.ts';
import { ModuleLifecycle } from './module-lifecycle.ts';
import { Permits } from './permits.ts';
import { watchLanes, workerMetrics } from './worker-metrics.ts';

/** How long messages in flight may take at the shutdown, in ms; what is left is delivered to somebody else. */
const stopLimitMs = 6_000;

/** How long before that handlers are told to give up, in ms, so that what they had can still be settled. */
const settleReserveMs = 1_500;

/** Consumes all queues and runs the handlers of the modules, for each bot. */
export async function startWorker(
  service: Service,
  settings: WorkerSettings,
  modules: readonly Module[],
): Promise<void> {
  // Its own and those of others: what it gets of them is moved there.
  const apart = settings.WORKER_MODULES === undefined ? [] : modules.map(({ name }) => name);
  const broker = serviceBroker(service, settings, { modules: apart });
  const metrics = workerMetrics(service.metrics, () => broker.queueDepths());
  const bots = connectBots(service, settings, { broker, metrics, modules });
  const { log, signal: stopping } = service;
  if (settings.WORKER_SYNC_COMMANDS ?? settings.APP_ENV === 'development') {
    await Promise.all(bots.all.map((bot) => syncCommands(bot, { log, signal: stopping })));
  }
  const lifecycle = new ModuleLifecycle(service, bots.all, settings.WORKER_MODULES);
  await lifecycle.setup();
  const ending = new AbortController();
  const isolation = new Permits(1);
  const pace = new Pace({ fromPerSecond: 3_000 });
  stopping.addEventListener('abort', () => isolation.close(), { once: true });
  const parts = {
    claimsOf: (applicationId: string) => bots.of(applicationId).claims,
    pace,
    isolation,
    retryTiers: broker.names.retryTiers,
    maxPostponementMs: settings.WORKER_MAX_POSTPONEMENT_MS,
    metrics,
    log,
    stopping,
    ending: ending.signal,
    failing: () => service.failing,
  };
  const consumptions = lanesOf(settings, { names: broker.names, bots, metrics }).map((lane) =>
    consume(service, { broker, lane, executor: new Executor(lane, parts) }),
  );
  watchLanes(service.metrics, consumptions);
  service.defer('consumers', stopLimitMs + 1_000, () => stop(service, consumptions, ending));
  await lifecycle.ready();
}

/** A lane at work. */
interface Consumption {
  readonly lane: LaneName;
  readonly consumer: Consumer;
  readonly executor: Executor;
}

function consume(
  service: Service,
  { broker, lane, executor }: { broker: Broker; lane: Lane; executor: Executor },
): Consumption {
  const { name, queue } = lane;
  const handle = executor.execute.bind(executor);
  const consumer = broker.consume({ queue, prefetch: prefetchOf(lane), handle });
  service.health.addCheck(queue, () => (consumer.consuming ? undefined : 'not consuming'));
  return { lane: name, consumer, executor };
}

/**
 * No further message; what has not begun goes back at once, what runs may end or is told to give up, and what heeds
 * nothing is left to whoever gets it when the connection closes.
 */
async function stop({ log }: Service, consumptions: readonly Consumption[], ending: AbortController): Promise<void> {
  const end = setTimeout(() => ending.abort(new StoppingError()), stopLimitMs - settleReserveMs);
  const counts = await Promise.all(consumptions.map(({ consumer }) => consumer.stop(stopLimitMs)));
  clearTimeout(end);
  const left: Record<string, number> = {};
  for (const [index, { lane }] of consumptions.entries()) left[lane] = (left[lane] ?? 0) + (counts[index] ?? 0);
  if (counts.some((count) => count > 0)) {
    await Promise.all(consumptions.map(({ executor }) => executor.leaveRunning()));
    log.warn({ left }, 'messages in flight were left to others');
  } else log.info({ left }, 'all messages in flight are settled');
}
