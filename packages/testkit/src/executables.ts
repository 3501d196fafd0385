import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

/** Where RabbitMQ, Redis and Erlang are installed without being on everybody's PATH. */
const usualFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/opt/homebrew/sbin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/rabbitmq/sbin',
  '/usr/local/opt/rabbitmq/sbin',
  '/home/linuxbrew/.linuxbrew/sbin',
  '/home/linuxbrew/.linuxbrew/bin',
  '/opt/rabbitmq/sbin',
];

/** The PATH of this process, with the usual folders behind it. */
export function searchPath(): string {
  return [...(process.env['PATH'] ?? '').split(delimiter), ...usualFolders]
    .filter((folder, index, all) => folder !== '' && all.indexOf(folder) === index)
    .join(delimiter);
}

/** The first of the programs `names` that is there, looked for name by name. */
export async function findExecutable(...names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of searchPath().split(delimiter)) {
      const path = join(folder, name);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

/**
 * The `rabbitmq-server` that runs as whoever calls it. Debian's in /usr/sbin is a wrapper that changes to the
 * user `rabbitmq`, and refuses to run for anyone but root.
 */
export async function findRabbitmqServer(): Promise<string | undefined> {
  const unwrapped = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  return (await isExecutable(unwrapped)) ? unwrapped : findExecutable('rabbitmq-server');
}

/** Redis, or Valkey, which is the same here. */
export async function findRedisServer(): Promise<string | undefined> {
  return findExecutable('redis-server', 'valkey-server');
}

/** Erlang's port mapper: beside `erl` where it is not on the PATH. */
export async function findEpmd(): Promise<string | undefined> {
  const onPath = await findExecutable('epmd');
  if (onPath !== undefined) return onPath;
  const erl = await findExecutable('erl');
  if (erl === undefined) return undefined;
  const besideErl = join(dirname(await realpath(erl)), 'epmd');
  return (await isExecutable(besideErl)) ? besideErl : undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
