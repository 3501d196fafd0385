import { setTimeout as delay } from 'node:timers/promises';
import { Arena } from '../contestant.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';

const rate = 2_000;
/** Resident memory with one shard, in MB. */
const targetMegabytes = 90;

const megabyte = 1_048_576;

/** Resident memory of a process with one shard after 30 s of events, each candidate alone. */
export const memory: Measure = { name: 'memory', run: measureMemory };

async function measureMemory(context: BenchContext): Promise<readonly Finding[]> {
  const seconds = context.quick ? 8 : 30;
  const settled: Record<string, number[]> = {};
  const peak: Record<string, number[]> = {};
  for (const candidate of context.candidates) {
    await context.progress(`Memory: ${candidate.name}`, async () => {
      await using arena = await Arena.open(context, { candidates: [candidate] });
      for (const contestant of arena.contestants) {
        contestant.queues.startPurging();
        await contestant.start();
        const carried = contestant.carry({ count: rate * seconds, rate, guilds: true });
        settled[candidate.name] = await Promise.race([readings(contestant, seconds), carried.then(() => [])]);
        await carried;
        peak[candidate.name] = [(await contestant.usage()).peakRssBytes / megabyte];
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
    { title: 'RSS at its peak meanwhile', unit: 'MB', values: peak },
  ];
}

/** What is resident during the last second of the load: between two collections of garbage it differs. */
async function readings(contestant: { usage(): Promise<{ rssBytes: number }> }, seconds: number): Promise<number[]> {
  await delay((seconds - 1.5) * 1_000);
  const found: number[] = [];
  for (let reading = 0; reading < 5; reading += 1) {
    await delay(200);
    found.push((await contestant.usage()).rssBytes / megabyte);
  }
  return found;
}
