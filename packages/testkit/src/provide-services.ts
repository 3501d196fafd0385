import { realpath } from 'node:fs/promises';
import { startComposeServices } from './compose-services.ts';
import { startContainerServices } from './container-services.ts';
import { isDockerRunning } from './docker.ts';
import { serviceFromEnvironment } from './environment-services.ts';
import { removeStaleInstances } from './instance-folder.ts';
import { startLocalServices } from './local-services.ts';
import type { ProviderContext, RunningService, ServiceName, ServiceOrigin } from './service.ts';

/** How {@link provideServices} may get services. */
export interface ProvideOptions {
  /** The checkout's folder; private instances keep their data in `.arrakis/services` below it. */
  readonly root: string;
  /** What to do with a Docker engine that runs. */
  readonly docker: 'compose' | 'testcontainers' | 'never';
  /** Told, in a line each, what takes time and what could not be had. */
  readonly report?: (step: string) => void;
  /** Gives up and ends what has been started. */
  readonly signal?: AbortSignal;
}

/** A RabbitMQ and a Redis that answer. They end with this process at the latest, unless the environment named them. */
export interface Services extends AsyncDisposable {
  readonly rabbitmqUrl: string;
  readonly redisUrl: string;
  readonly origin: Readonly<Record<ServiceName, ServiceOrigin>>;
  /** Ends what was started here. Safe to call again. */
  stop(): Promise<void>;
}

/**
 * Gets RabbitMQ and Redis in this order: RABBITMQ_URL and REDIS_URL, each for itself; a Docker engine that runs;
 * servers installed on this machine, as private instances; the same after installing them with apt.
 *
 * @throws ServicesUnavailable when none of these works, saying what to do.
 */
export async function provideServices(options: ProvideOptions): Promise<Services> {
  const context: ProviderContext = {
    root: await realpath(options.root),
    report: options.report ?? (() => undefined),
    signal: options.signal,
  };
  context.signal?.throwIfAborted();
  const [givenRabbitmq, givenRedis] = await Promise.all([
    serviceFromEnvironment('rabbitmq'),
    serviceFromEnvironment('redis'),
  ]);
  const wanted: ServiceName[] = [];
  if (givenRabbitmq === undefined) wanted.push('rabbitmq');
  if (givenRedis === undefined) wanted.push('redis');
  const started = await startServices(wanted, options.docker, context);
  const rabbitmq = givenRabbitmq ?? started.get('rabbitmq');
  const redis = givenRedis ?? started.get('redis');
  if (rabbitmq === undefined || redis === undefined) throw new Error('A service was not started');
  return join(rabbitmq, redis);
}

async function startServices(
  wanted: readonly ServiceName[],
  docker: ProvideOptions['docker'],
  context: ProviderContext,
): Promise<Map<ServiceName, RunningService>> {
  if (wanted.length === 0) return new Map();
  const stale = await removeStaleInstances(context.root);
  if (stale > 0) context.report(`Ended ${stale} servers that a crash had left behind`);
  if (docker !== 'never' && (await isDockerRunning())) {
    try {
      return docker === 'compose'
        ? await startComposeServices(wanted, context)
        : await startContainerServices(wanted, context);
    } catch (error) {
      context.signal?.throwIfAborted();
      const reason = (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1);
      context.report(`Docker runs, but cannot provide them (${reason}); going on without it`);
    }
  }
  return startLocalServices(wanted, context);
}

function join(rabbitmq: RunningService, redis: RunningService): Services {
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= Promise.all([rabbitmq.stop(), redis.stop()]).then(() => undefined));
  return {
    rabbitmqUrl: rabbitmq.url,
    redisUrl: redis.url,
    origin: { rabbitmq: rabbitmq.origin, redis: redis.origin },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
