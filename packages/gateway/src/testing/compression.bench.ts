/**
 * Measures what compression costs, and prints one JSON line for each of none, zlib-stream and zstd-stream: the CPU for
 * a dispatch, and the memory of an idle shard, with the simulator in another process.
 *
 *     node --conditions=source packages/gateway/src/testing/compression.bench.ts dispatches 100000
 *     node --conditions=source --expose-gc packages/gateway/src/testing/compression.bench.ts idle-shards 1000
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { constants, createDeflate, createZstdCompress } from 'node:zlib';
import { startSimulator } from '@arrakis/simulator';
import { waitFor } from '@arrakis/testkit';
import { z } from 'zod';
import { createDecompressor } from '../decompressor.ts';
import { readFrame } from '../frame.ts';
import { Shard, type Compression, type ShardOptions } from '../index.ts';
import { LocalIdentifyGate } from './local-identify-gate.ts';
import { dispatchText, sampleDispatches } from './sample-dispatches.ts';

const compressions: readonly Compression[] = ['none', 'zlib-stream', 'zstd-stream'];
const [measurement = '', size = '1000', only = ''] = process.argv.slice(2);
function streamOf(name: string): Compression {
  return name === 'zlib-stream' ? 'zlib-stream' : 'zstd-stream';
}

/** Each in a process of its own, so that none inherits the memory of another. */
async function measureApart(compression: Compression): Promise<void> {
  await once(fork(fileURLToPath(import.meta.url), [measurement, size, compression]), 'exit');
}

/** The simulator's process: says where it is. */
async function runDiscord(): Promise<void> {
  const discord = await startSimulator({
    guilds: 0,
    gateway: { maxConcurrency: 4_096, sessionStartLimit: { total: 4_096 } },
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ gatewayUrl: discord.gatewayUrl, token: discord.bots[0]?.token });
}

const address = z.object({ gatewayUrl: z.string(), token: z.string() });

async function startDiscord(): Promise<{ child: ChildProcess } & z.infer<typeof address>> {
  const child = fork(fileURLToPath(import.meta.url), ['discord']);
  const [message] = await once(child, 'message');
  return { child, ...address.parse(message) };
}

/** What it takes to get from a WebSocket message to its parsed payload. */
async function measureDispatches(compression: Compression, count: number): Promise<void> {
  const texts = Array.from({ length: count }, (_, index) => {
    const [name, data] = sampleDispatches(index)[1] ?? ['', {}];
    return dispatchText(name, index + 1, data);
  });
  const messages = await compressed(compression, texts);
  let cpuMicroseconds = 0;
  // The first runs warm up.
  for (let run = 0; run < 3; run += 1) {
    const decompressor = createDecompressor(compression, 2 ** 25);
    const cpu = process.cpuUsage();
    for (const message of messages) readFrame(decompressor.payload(message) ?? message);
    const { user, system } = process.cpuUsage(cpu);
    cpuMicroseconds = (user + system) / count;
    decompressor.close();
  }
  const bytes = (all: readonly { length: number }[]) =>
    Math.round(all.reduce((sum, { length }) => sum + length, 0) / count);
  report({
    compression,
    dispatches: count,
    bytesEach: bytes(texts),
    bytesEachOnTheWire: bytes(messages),
    cpuMicrosecondsEach: round(cpuMicroseconds),
  });
}

async function compressed(compression: Compression, texts: readonly string[]): Promise<Buffer[]> {
  if (compression === 'none') return texts.map((text) => Buffer.from(text));
  const stream =
    compression === 'zlib-stream'
      ? createDeflate({ flush: constants.Z_SYNC_FLUSH })
      : createZstdCompress({ flush: constants.ZSTD_e_flush });
  let chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const messages: Buffer[] = [];
  for (const text of texts) {
    await new Promise<void>((resolve) => stream.write(text, () => resolve()));
    messages.push(Buffer.concat(chunks));
    chunks = [];
  }
  stream.destroy();
  return messages;
}

async function measureIdleShards(compression: Compression, count: number): Promise<void> {
  const { child, ...discord } = await startDiscord();
  const warm = shardOf({ ...discord, compression }, { id: count, count: count + 1 });
  const shards = Array.from({ length: count }, (_, id) =>
    shardOf({ ...discord, compression }, { id, count: count + 1 }),
  );
  const runs = [warm.run()];
  await waitFor(() => warm.status().state === 'ready', { what: 'the first shard' });
  const before = memory();
  for (const shard of shards) runs.push(shard.run());
  await waitFor(() => shards.every((shard) => shard.status().state === 'ready'), {
    what: 'the shards',
    timeoutMs: 120_000,
  });
  const after = memory();
  const kilobytesEach = (key: 'rss' | 'heapUsed' | 'external') => round((after[key] - before[key]) / 1024 / count);
  report({
    compression,
    idleShards: count,
    rssKilobytesEach: kilobytesEach('rss'),
    heapKilobytesEach: kilobytesEach('heapUsed'),
    externalKilobytesEach: kilobytesEach('external'),
  });
  for (const shard of [warm, ...shards]) shard.stop();
  await Promise.all(runs);
  child.kill();
}

const identifyGate = new LocalIdentifyGate(4_096);

function shardOf(
  discord: Pick<ShardOptions, 'gatewayUrl' | 'token'> & { readonly compression: Compression },
  { id, count }: { readonly id: number; readonly count: number },
): Shard {
  return new Shard({
    ...discord,
    id,
    count,
    intents: 0b111,
    identifyGate,
    sink: (_dispatch, confirm) => confirm(),
    onEvent: () => undefined,
  });
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

if (measurement === 'discord') await runDiscord();
else if (only === '') for (const compression of compressions) await measureApart(compression);
else if (measurement === 'dispatches') await measureDispatches(only === 'none' ? 'none' : streamOf(only), Number(size));
else await measureIdleShards(only === 'none' ? 'none' : streamOf(only), Number(size));
