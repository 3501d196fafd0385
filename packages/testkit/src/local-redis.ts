import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './loopback.ts';
import { GuardedProcess } from './guarded-process.ts';
import { recordGroup } from './instance-folder.ts';
import type { StartedServer } from './local-services.ts';

/** Starts `program` (redis-server or valkey-server) on a free loopback port; it keeps nothing on disk. */
export async function startLocalRedis(program: string, folder: string): Promise<StartedServer> {
  const [port = 0] = await freePorts(1);
  const data = join(folder, 'redis');
  await mkdir(data, { recursive: true });
  const settings: Readonly<Record<string, string>> = {
    '--port': String(port),
    '--bind': '127.0.0.1',
    '--dir': data,
    '--save': '',
    '--appendonly': 'no',
    '--maxmemory': '512mb',
    // Like in production: a full Redis refuses writes and forgets nothing.
    '--maxmemory-policy': 'noeviction',
  };
  const server = GuardedProcess.start({
    command: [program, ...Object.entries(settings).flat()],
    env: { PATH: process.env['PATH'] },
    logFile: join(folder, 'redis.log'),
  });
  // Redis shows its address where its arguments were.
  await recordGroup(folder, server.group, `127.0.0.1:${port}`);
  return { url: `redis://127.0.0.1:${port}`, processes: [server] };
}
