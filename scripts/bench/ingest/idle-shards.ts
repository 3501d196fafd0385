import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../samples.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { chosenIngestors, type Ingestor } from './candidates.ts';
import { Arena } from './contestant.ts';
import { residentMegabytes } from './memory.ts';

/** Resident memory for each shard beyond the first, in MB. */
const targetMegabytes = 0.15;

interface Plan {
  readonly rounds: number;
  readonly shards: number;
  /** How long the process is left alone before its memory is read, in ms. */
  readonly settleMs: number;
}

const plans: Readonly<Record<'full' | 'quick', Plan>> = {
  full: { rounds: 2, shards: 1_000, settleMs: 5_000 },
  quick: { rounds: 1, shards: 300, settleMs: 2_000 },
};

/** Resident memory of a process with many idle shards, less that of one with a single shard. */
export const idleShards: Measure = { name: 'idle-shards', run: measureIdleShards };

async function measureIdleShards(context: BenchContext): Promise<readonly Finding[]> {
  const { rounds, shards, settleMs } = plans[context.quick ? 'quick' : 'full'];
  const each: Record<string, number[]> = {};
  const whole: Record<string, number[]> = {};
  const connected: Record<string, number[]> = {};
  for (let round = 1; round <= rounds; round += 1) {
    for (const candidate of chosenIngestors(context)) {
      await context.progress(`Idle shards: ${candidate.name}, round ${round} of ${rounds}`, async () => {
        const single = await readIdle(context, candidate, { shards: 1, settleMs });
        const many = await readIdle(context, candidate, { shards, settleMs });
        (each[candidate.name] ??= []).push((many.megabytes - single.megabytes) / (shards - 1));
        (whole[candidate.name] ??= []).push(many.megabytes);
        (connected[candidate.name] ??= []).push(many.connectedMs);
      });
    }
  }
  const count = shards.toLocaleString('en');
  return [
    {
      title: `RSS for each further idle shard, ${count} in a process`,
      unit: 'MB',
      values: each,
      target: targetMegabytes,
    },
    { title: 'RSS of all of them', unit: 'MB', values: whole },
    { title: 'until all are connected', unit: 'ms', values: connected },
  ];
}

async function readIdle(
  context: BenchContext,
  candidate: Ingestor,
  { shards, settleMs }: { shards: number; settleMs: number },
): Promise<{ megabytes: number; connectedMs: number }> {
  await using arena = await Arena.open(context, { candidates: [candidate], shards });
  const [contestant] = arena.contestants;
  if (contestant === undefined) throw new Error(`${candidate.name} was not opened`);
  await contestant.start();
  const connectedMs = Date.now() - contestant.process.startedAt;
  await delay(settleMs, undefined, { signal: context.signal });
  return { megabytes: median(await residentMegabytes(contestant)), connectedMs };
}
