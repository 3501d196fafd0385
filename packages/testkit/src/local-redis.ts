import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './loopback.ts';
import { GuardedProcess } from './guarded-process.ts';
import { recordGroup } from './instance-folder.ts';
import type { StartedServer } from './local-services.ts';

/** Where the data are, in the folder of the instance. */
export const redisData = 'redis';

export interface LocalRedisOptions {
  /** Whether it keeps every write on disk and has it again after the next start; default false. */
  readonly persistent?: boolean;
}

/** Starts `program` (redis-server or valkey-server) on a free loopback port. */
export async function startLocalRedis(
  program: string,
  folder: string,
  { persistent = false }: LocalRedisOptions = {},
): Promise<StartedServer> {
  const [port = 0] = await freePorts(1);
  const data = join(folder, redisData);
  await mkdir(data, { recursive: true });
  const settings: Readonly<Record<string, string>> = {
    '--port': String(port),
    '--bind': '127.0.0.1',
    '--dir': data,
    '--save': '',
    '--appendonly': persistent ? 'yes' : 'no',
    '--appendfsync': 'no',
    '--maxmemory': '512mb',
    // Like in production: a full Redis refuses writes and forgets nothing.
    '--maxmemory-policy': 'noeviction',
  };
  const env = { PATH: process.env['PATH'] };
  const launch = async (): Promise<GuardedProcess> => {
    const command = [program, ...Object.entries(settings).flat()] as const;
    const server = GuardedProcess.start({ command, env, logFile: join(folder, 'redis.log') });
    // Redis shows its address where its arguments were.
    await recordGroup(folder, server.group, `127.0.0.1:${port}`);
    return server;
  };
  return { url: `redis://127.0.0.1:${port}`, processes: [await launch()], env, launch };
}
