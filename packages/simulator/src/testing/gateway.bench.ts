/**
 * Measures the simulated gateway with clients in another process, and prints one JSON line:
 *
 *     node --expose-gc packages/simulator/src/testing/gateway.bench.ts burst 500000 none|zlib-stream|zstd-stream
 *     node --expose-gc packages/simulator/src/testing/gateway.bench.ts idle-shards 1000 none|zlib-stream|zstd-stream
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../simulator.ts';
import type { Simulator } from '../simulator.ts';
import { GatewayClient } from './gateway-client.ts';
import type { ClientOptions } from './gateway-client.ts';

const [measurement, ...parameters] = process.argv.slice(2);
const [size = '1000', compress = 'none'] = parameters;
if (measurement === 'client') await runClients(parameters);
else if (measurement === 'burst') await measureBurst(Number(size), compress);
else await measureIdleShards(Number(size), compress);

/** The clients' process: logs `shards` in, says so, and then when the first of them has got `dispatches` more. */
async function runClients([url = '', token = '', shards = '', dispatches = '', compression = '']: string[]) {
  const options: ClientOptions =
    compression === 'zlib-stream' || compression === 'zstd-stream' ? { compress: compression } : {};
  const clients = Array.from({ length: Number(shards) }, () => new GatewayClient(url, options));
  await Promise.all(clients.map((client, shard) => client.login(token, { shard: [shard, clients.length] })));
  process.send?.('ready');
  const [first] = clients;
  await first?.until(() => first.frames.length > Number(dispatches) + 1, 120_000);
  process.send?.('received');
}

async function measureBurst(count: number, compression: string): Promise<void> {
  await using discord = await startSimulator({ guilds: 0 });
  const client = await startClients(discord, { shards: 1, dispatches: count, compression });
  const member = { user: { id: '2', username: 'x'.repeat(400) }, roles: ['3', '4'] };
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await discord.gateway.burst({
    applicationId: discord.bots[0]?.applicationId ?? '',
    count,
    type: 'GUILD_MEMBER_ADD',
    data: (index) => ({ guild_id: '1', index, ...member }),
    timeoutMs: 120_000,
  });
  await once(client, 'message');
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  report({
    measured: 'burst',
    compression,
    dispatches: count,
    dispatchesPerSecond: Math.round(count / seconds),
    cpuMicrosecondsEach: round((user + system) / count),
  });
  client.kill();
}

async function measureIdleShards(shards: number, compression: string): Promise<void> {
  await using discord = await startSimulator({
    guilds: 0,
    gateway: { maxConcurrency: shards, sessionStartLimit: { total: shards } },
  });
  const before = memory();
  const startMs = performance.now();
  const clients = await startClients(discord, { shards, dispatches: 1, compression });
  const loginMs = performance.now() - startMs;
  const after = memory();
  report({
    measured: 'idle shards',
    compression,
    shards,
    loginMs: Math.round(loginMs),
    rssKilobytesEach: round((after.rss - before.rss) / 1024 / shards),
    heapKilobytesEach: round((after.heapUsed - before.heapUsed) / 1024 / shards),
    rssMegabytes: round(after.rss / 1024 / 1024),
  });
  clients.kill();
}

async function startClients(
  discord: Simulator,
  load: { shards: number; dispatches: number; compression: string },
): Promise<ChildProcess> {
  const child = fork(fileURLToPath(import.meta.url), [
    'client',
    discord.gatewayUrl,
    discord.bots[0]?.token ?? '',
    String(load.shards),
    String(load.dispatches),
    load.compression,
  ]);
  await once(child, 'message');
  return child;
}

function memory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function report(result: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
