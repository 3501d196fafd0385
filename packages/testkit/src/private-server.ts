import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { redisCommand, startContainer, type ServiceContainer } from './container-services.ts';
import { findRabbitmqServer, findRedisServer } from './executables.ts';
import type { GuardedProcess } from './guarded-process.ts';
import { removeStaleInstances } from './instance-folder.ts';
import { startLocalRabbitmq } from './local-rabbitmq.ts';
import { redisData, startLocalRedis } from './local-redis.ts';
import { startUntilServing, type LocalServer } from './local-services.ts';
import { freePorts } from './loopback.ts';
import { listProcesses } from './processes.ts';
import { runCommand } from './run-command.ts';
import type { ProviderContext, ServiceName } from './service.ts';

/**
 * A server that one test file owns, so that it may be ended, frozen and started again. It keeps its URL and its data,
 * and ends with this process at the latest.
 */
export interface PrivateServer {
  readonly url: string;
  /** Ends it: SIGTERM lets it say goodbye, SIGKILL does not. Resolves when it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again after its end; it may not answer yet. */
  launch(): Promise<void>;
  /** While frozen it runs no instruction; its sockets stay open. */
  freeze(on: boolean): Promise<void>;
  /** Removes its data, while it has ended. */
  wipe(): Promise<void>;
  /** Runs one of the server's own tools and returns what that prints. */
  tool(name: string, ...args: string[]): Promise<string>;
  /** Ends and removes it. Safe to call again. */
  remove(): Promise<void>;
}

const context: ProviderContext = {
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  report: () => undefined,
  signal: undefined,
};

/** RabbitMQ's tools start an Erlang of their own. */
const toolTimeoutMs = 60_000;

/**
 * Starts a server: the program that is installed on this machine, otherwise a container. With PRIVATE_SERVERS=docker it is
 * a container in any case.
 *
 * @throws ServicesUnavailable or Error when neither can be had.
 */
export async function startPrivateServer(name: ServiceName): Promise<PrivateServer> {
  await removeStaleInstances(context.root);
  const find = name === 'rabbitmq' ? findRabbitmqServer : findRedisServer;
  const program = process.env['PRIVATE_SERVERS'] === 'docker' ? undefined : await find();
  return program === undefined ? startInContainer(name) : startProgram(name, program);
}

/** Part of the command line of the server itself, beside those of the shells around it. */
const serverMarks: Readonly<Record<ServiceName, RegExp>> = { rabbitmq: /beam/, redis: /^\S*(?:redis|valkey)-server/ };

/** Runs an installed program; see {@link startPrivateServer}. */
async function startProgram(name: ServiceName, program: string): Promise<PrivateServer> {
  const startIn = (folder: string) =>
    name === 'rabbitmq' ? startLocalRabbitmq(program, folder) : startLocalRedis(program, folder, { persistent: true });
  const local = await startUntilServing(name, startIn, context);
  let server = local.processes.at(-1);
  const signal = async (which: NodeJS.Signals): Promise<void> => {
    for (const { pid, group, command } of await listProcesses()) {
      if (group === server?.group && serverMarks[name].test(command)) process.kill(pid, which);
    }
  };
  return {
    url: local.url,
    end: async (how) => {
      if (how === 'SIGTERM') await signal('SIGTERM');
      else await server?.stop();
      await server?.ended;
    },
    launch: async () => {
      server = await local.launch();
    },
    freeze: (on) => signal(on ? 'SIGSTOP' : 'SIGCONT'),
    wipe: () => emptyFolder(join(local.folder, name === 'redis' ? redisData : 'rabbitmq/data')),
    tool: (tool, ...args) =>
      runCommand([join(dirname(program), tool), ...args], { timeoutMs: toolTimeoutMs, env: local.env }),
    remove: () => removeLocal(local, server),
  };
}

async function removeLocal(local: LocalServer, server: GuardedProcess | undefined): Promise<void> {
  await server?.stop();
  await local.stop();
}

async function emptyFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) await rm(join(folder, entry), { recursive: true });
}

const containerTimeoutMs = 60_000;

function docker(command: string, ...args: string[]): Promise<string> {
  return runCommand(['docker', command, ...args], { timeoutMs: containerTimeoutMs });
}

/** Runs a container; see {@link startPrivateServer}. */
async function startInContainer(name: ServiceName): Promise<PrivateServer> {
  const [port = 0] = await freePorts(1);
  const create = (): Promise<ServiceContainer> =>
    startContainer(name, context, {
      port,
      ...(name === 'redis' && { command: [...redisCommand, '--appendonly', 'yes', '--appendfsync', 'no'] }),
    });
  let container: ServiceContainer | undefined = await create();
  const id = (): string => container?.id ?? '';
  return {
    url: container.url,
    end: async (how) => {
      await docker('kill', '--signal', how, id());
      await docker('wait', id());
    },
    launch: async () => {
      if (container === undefined) container = await create();
      else await docker('start', id());
    },
    freeze: async (on) => {
      await docker(on ? 'pause' : 'unpause', id());
    },
    // Its data go with it.
    wipe: async () => {
      await container?.stop();
      container = undefined;
    },
    tool: (tool, ...args) => docker('exec', id(), tool, ...args),
    remove: async () => container?.stop(),
  };
}
