import { rm } from 'node:fs/promises';
import { installWithApt } from './apt.ts';
import { findRabbitmqServer, findRedisServer } from './executables.ts';
import type { GuardedProcess } from './guarded-process.ts';
import { createInstanceFolder } from './instance-folder.ts';
import { installationHint } from './installation-hint.ts';
import { startLocalRabbitmq } from './local-rabbitmq.ts';
import { startLocalRedis } from './local-redis.ts';
import { untilAnswering } from './reachability.ts';
import {
  type ProviderContext,
  type RunningService,
  type ServiceName,
  ServicesUnavailable,
  serviceTitles,
} from './service.ts';

/** A private server that has been started and may not answer yet. */
export interface StartedServer {
  readonly url: string;
  /** The server is the last one. */
  readonly processes: readonly GuardedProcess[];
  /** The environment in which the server's own tools find it. */
  readonly env: NodeJS.ProcessEnv;
  /** Starts the server, once it has ended, with the same address and what data it has kept. */
  readonly launch: () => Promise<GuardedProcess>;
}

const answerTimeoutMs = 60_000;

/** A port that was free may be taken by the time the server binds to it. */
const attempts = 3;

const find = { rabbitmq: findRabbitmqServer, redis: findRedisServer };
const start = { rabbitmq: startLocalRabbitmq, redis: startLocalRedis };

/**
 * Starts private instances of `wanted`, installing what is missing where apt can do so without a question.
 *
 * @throws ServicesUnavailable naming what to install, or with the server's own last words.
 */
export async function startLocalServices(
  wanted: readonly ServiceName[],
  context: ProviderContext,
): Promise<Map<ServiceName, RunningService>> {
  const programs = await findPrograms(wanted, context);
  context.report(`Starting private ${wanted.map((name) => serviceTitles[name]).join(' and ')}`);
  const started = await Promise.allSettled(
    wanted.map(async (name) => startService(name, programs[name] ?? '', context)),
  );
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

async function findPrograms(
  wanted: readonly ServiceName[],
  context: ProviderContext,
): Promise<Partial<Record<ServiceName, string>>> {
  const lookUp = async (): Promise<Partial<Record<ServiceName, string>>> => {
    const found: Partial<Record<ServiceName, string>> = {};
    for (const name of wanted) {
      const program = await find[name]();
      if (program !== undefined) found[name] = program;
    }
    return found;
  };
  const missingIn = (found: Partial<Record<ServiceName, string>>): ServiceName[] =>
    wanted.filter((name) => found[name] === undefined);

  const present = await lookUp();
  const missing = missingIn(present);
  if (missing.length === 0) return present;
  if (!(await installWithApt(missing, context))) {
    throw new ServicesUnavailable(await installationHint(missing));
  }
  const afterwards = await lookUp();
  if (missingIn(afterwards).length > 0) {
    throw new ServicesUnavailable(await installationHint(missingIn(afterwards)));
  }
  return afterwards;
}

async function startService(name: ServiceName, program: string, context: ProviderContext): Promise<RunningService> {
  const { url, stop } = await startUntilServing(name, (folder) => start[name](program, folder), context);
  return { url, origin: 'local', stop };
}

/** A private server that answers, and where it keeps its data. */
export interface LocalServer extends StartedServer {
  readonly folder: string;
  /** Ends it and removes its folder. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a private server in a folder of its own and waits until it answers.
 *
 * @throws ServicesUnavailable with the server's own last words.
 */
export async function startUntilServing(
  name: ServiceName,
  startIn: (folder: string) => Promise<StartedServer>,
  context: ProviderContext,
): Promise<LocalServer> {
  for (let attempt = 1; ; attempt += 1) {
    const folder = await createInstanceFolder(context.root);
    const started = await startIn(folder);
    const stop = async (): Promise<void> => {
      await Promise.all(started.processes.map((process) => process.stop()));
      await rm(folder, { recursive: true, force: true });
    };
    try {
      await untilServing(name, started, context.signal);
      return { ...started, folder, stop };
    } catch (error) {
      const output = (await started.processes.at(-1)?.output()) ?? '';
      await stop();
      if (attempt < attempts && /eaddrinuse|address already in use/i.test(output)) continue;
      context.signal?.throwIfAborted();
      const message = `The private ${serviceTitles[name]} did not start. It said:\n${output}`;
      throw new ServicesUnavailable(message, { cause: error });
    }
  }
}

/** Gives up at once when one of the server's processes has ended. */
async function untilServing(
  name: ServiceName,
  { url, processes }: Pick<StartedServer, 'url' | 'processes'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const given = new AbortController();
  for (const process of processes) void process.ended.then(() => given.abort());
  const signals = signal ? [signal, given.signal] : [given.signal];
  await untilAnswering(name, url, { timeoutMs: answerTimeoutMs, signal: AbortSignal.any(signals) });
}
