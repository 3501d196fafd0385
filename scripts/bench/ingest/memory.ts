import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { chosenIngestors } from './candidates.ts';
import { Arena, type Contestant } from './contestant.ts';

const rate = 2_000;
/** Resident memory with one shard, in MB. */
const targetMegabytes = 90;

/** Resident memory of a process with one shard after 30 s of events, each candidate alone. */
export const memory: Measure = { name: 'memory', run: measureMemory };

async function measureMemory(context: BenchContext): Promise<readonly Finding[]> {
  const seconds = context.quick ? 8 : 30;
  const settled: Record<string, readonly number[]> = {};
  const peak: Record<string, readonly number[]> = {};
  for (const candidate of chosenIngestors(context)) {
    await context.progress(`Memory: ${candidate.name}`, async () => {
      await using arena = await Arena.open(context, { candidates: [candidate] });
      for (const contestant of arena.contestants) {
        contestant.queues.startPurging();
        await contestant.start();
        const [, readings] = await Promise.all([
          contestant.carry({ count: rate * seconds, rate, guilds: true }),
          delay((seconds - 1.5) * 1_000).then(() => residentMegabytes(contestant)),
        ]);
        settled[candidate.name] = readings;
        peak[candidate.name] = [megabytes((await contestant.usage()).peakRssBytes)];
      }
    });
  }
  return [
    {
      title: `RSS, one shard, after ${seconds} s at 2,000 events/s`,
      unit: 'MB',
      values: settled,
      target: targetMegabytes,
    },
    { title: 'its peak meanwhile', unit: 'MB', values: peak },
  ];
}

/** What is resident, several times within a second: it differs between two collections of garbage. */
export async function residentMegabytes(contestant: Contestant): Promise<readonly number[]> {
  const readings: number[] = [];
  for (let reading = 0; reading < 5; reading += 1) {
    await delay(200);
    readings.push(megabytes((await contestant.usage()).rssBytes));
  }
  return readings;
}

export function megabytes(bytes: number): number {
  return bytes / 1_048_576;
}
