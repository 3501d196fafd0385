import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { runAtExit } from './guarded-process.ts';
import { createInstanceFolder, recordContainers } from './instance-folder.ts';
import { untilAnswering } from './reachability.ts';
import { type ProviderContext, type RunningService, type ServiceName, serviceTitles } from './service.ts';

/** The first start pulls the image. */
const startTimeoutMs = 5 * 60_000;
const answerTimeoutMs = 60_000;

const markLabel = 'arrakis.instance';

/** Removes the containers with the label "$1", however far they have come. */
const removeMarked =
  'ids=$(docker ps --all --quiet --filter "label=$1"); [ -z "$ids" ] || docker rm --force --volumes $ids';

interface Image {
  readonly name: string;
  readonly port: number;
  readonly environment: Record<string, string>;
  readonly command: string[];
  readonly url: (host: string, port: number) => string;
}

/** Redis without anything on disk. */
export const redisCommand = ['redis-server', '--save', '', '--maxmemory', '512mb', '--protected-mode', 'no'];

const images: Readonly<Record<ServiceName, Image>> = {
  rabbitmq: {
    name: 'rabbitmq:4-management',
    port: 5672,
    environment: { RABBITMQ_DEFAULT_USER: 'arrakis', RABBITMQ_DEFAULT_PASS: 'arrakis' },
    command: [],
    url: (host, port) => `amqp://arrakis:arrakis@${host}:${port}`,
  },
  redis: {
    name: 'redis:7-alpine',
    port: 6379,
    environment: {},
    command: redisCommand,
    url: (host, port) => `redis://${host}:${port}`,
  },
};

/**
 * Starts `wanted` as containers of their own.
 *
 * @throws Error when an image cannot be had or a container does not start.
 */
export async function startContainerServices(
  wanted: readonly ServiceName[],
  context: ProviderContext,
): Promise<Map<ServiceName, RunningService>> {
  context.report(`Starting ${wanted.map((name) => serviceTitles[name]).join(' and ')} with testcontainers`);
  const started = await Promise.allSettled(wanted.map(async (name) => startContainer(name, context)));
  const services = new Map<ServiceName, RunningService>();
  for (const [index, name] of wanted.entries()) {
    const outcome = started[index];
    if (outcome?.status === 'fulfilled') services.set(name, outcome.value);
  }
  const failure = started.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return services;
  await Promise.all([...services.values()].map((service) => service.stop()));
  throw failure.reason;
}

/** A container that answers. */
export interface ServiceContainer extends RunningService {
  readonly id: string;
}

/** What of a container is not as usual. */
export interface ContainerOptions {
  /** The port of this machine under which it is reached, after a restart too; default: any, and another each time. */
  readonly port?: number;
  /** Ports that have the same numbers on this machine, the first of which answers; in place of the image's own. */
  readonly ports?: readonly number[];
  /** In place of the image's usual command. */
  readonly command?: string[];
  /** Another server of the same kind. */
  readonly image?: string;
}

/**
 * Starts one service as a container and waits until it answers.
 *
 * @throws Error when the image cannot be had or the container does not start.
 */
export async function startContainer(
  name: ServiceName,
  { root, signal }: ProviderContext,
  options: ContainerOptions = {},
): Promise<ServiceContainer> {
  // Our own guard removes the containers; the reaper would be one more image to pull and a privileged container.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  // Loaded here, since it takes half a second and most runs go without.
  const { GenericContainer } = await import('testcontainers');
  const image = images[name];
  const [inside = image.port] = options.ports ?? [];
  const own = options.port === undefined ? image.port : { container: image.port, host: options.port };
  const exposed = options.ports?.map((port) => ({ container: port, host: port })) ?? [own];
  const mark = randomUUID();
  // Before there is a container: being interrupted while it starts must not leave it behind.
  const remove = runAtExit(['/bin/sh', '-c', removeMarked, 'remove', `${markLabel}=${mark}`], root);
  const folder = await createInstanceFolder(root);
  const stop = async (): Promise<void> => {
    await remove();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const starting = new GenericContainer(options.image ?? image.name)
      .withLabels({ [markLabel]: mark })
      .withExposedPorts(...exposed)
      .withEnvironment(image.environment)
      .withCommand(options.command ?? image.command)
      .withStartupTimeout(startTimeoutMs)
      .start();
    const container = await unlessAborted(starting, signal);
    await recordContainers(folder, [container.getId()]);
    const url = image.url(container.getHost(), container.getMappedPort(inside));
    await untilAnswering(name, url, { timeoutMs: answerTimeoutMs, signal });
    return { url, origin: 'docker', stop, id: container.getId() };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops waiting when the signal says so: a pull takes as long as it takes. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal });
  aborted.catch(() => undefined);
  work.catch(() => undefined);
  try {
    await Promise.race([work, aborted]);
    signal.throwIfAborted();
    return await work;
  } finally {
    settled.abort();
  }
}
