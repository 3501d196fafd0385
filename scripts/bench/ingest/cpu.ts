import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Noise } from '../noise.ts';
import { renderSelfTimes, selfTimes } from '../profile.ts';
import { median } from '../samples.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { Arena, type Contestant } from './contestant.ts';

const rate = 5_000;
/** CPU time for each event, received and confirmed, in µs. */
const targetMicros = 20;

/** Into how many readings the time at idle is divided. */
const idleReadings = 8;

interface Plan {
  readonly rounds: number;
  readonly events: number;
  readonly warmUp: number;
  readonly idleMs: number;
}

const plans: Readonly<Record<'full' | 'quick', Plan>> = {
  full: { rounds: 4, events: 25_000, warmUp: 25_000, idleMs: 4_000 },
  quick: { rounds: 3, events: 10_000, warmUp: 15_000, idleMs: 1_500 },
};

/** CPU time of the process for an event, beyond what it takes while nothing happens. The candidates take turns. */
export const cpu: Measure = { name: 'cpu', run: measureCpu };

async function measureCpu(context: BenchContext): Promise<readonly Finding[]> {
  const plan = plans[context.quick ? 'quick' : 'full'];
  const noise = new Noise();
  await using arena = await Arena.open(context);
  const { contestants } = arena;
  await context.progress('CPU: start and warm up', () => warmUp(contestants, plan));
  const idle = await context.progress('CPU: at idle', () => idleLoads(contestants, plan.idleMs));
  const values: Record<string, number[]> = {};
  for (let round = 1; round <= plan.rounds; round += 1) {
    await context.progress(`CPU: round ${round} of ${plan.rounds}`, async () => {
      for (const contestant of contestants) {
        context.signal.throwIfAborted();
        noise.sample();
        const { cpuMicros, seconds, events } = await contestant.carry({ count: plan.events, rate, guilds: true });
        const idleMicros = (idle.get(contestant) ?? 0) * seconds;
        (values[contestant.candidate.name] ??= []).push((cpuMicros - idleMicros) / events);
      }
    });
  }
  noise.tell(context);
  if (context.profileFolder !== undefined)
    await profile(context, contestants, { ...plan, folder: context.profileFolder });
  return [
    { title: 'CPU for each event at 5,000 events/s', unit: 'µs', values, target: targetMicros },
    { title: 'CPU at idle', unit: 'ms/s', values: byName(idle) },
  ];
}

async function warmUp(contestants: readonly Contestant[], plan: Plan): Promise<void> {
  for (const contestant of contestants) {
    contestant.queues.startPurging();
    await contestant.start();
    await contestant.carry({ count: plan.warmUp, rate, guilds: true });
  }
}

/**
 * CPU time at idle, in µs each second: the median of several readings, since in one or two of them a candidate may still be
 * clearing up after the warm-up, and what is taken for idle is not counted as the events' cost.
 */
async function idleLoads(contestants: readonly Contestant[], idleMs: number): Promise<Map<Contestant, number>> {
  const readingMs = idleMs / idleReadings;
  const readings: Record<string, number[]> = {};
  const used = () => Promise.all(contestants.map(async (contestant) => (await contestant.usage()).cpuMicros));
  let before = await used();
  for (let reading = 0; reading < idleReadings; reading += 1) {
    await delay(readingMs);
    const after = await used();
    for (const [index, { candidate }] of contestants.entries()) {
      const micros = (after[index] ?? 0) - (before[index] ?? 0);
      (readings[candidate.name] ??= []).push(micros / (readingMs / 1_000));
    }
    before = after;
  }
  return new Map(contestants.map((contestant) => [contestant, median(readings[contestant.candidate.name] ?? [])]));
}

function byName(idle: ReadonlyMap<Contestant, number>): Record<string, number[]> {
  return Object.fromEntries([...idle].map(([{ candidate }, micros]) => [candidate.name, [micros / 1_000]]));
}

/** One more round each, apart from those measured: taking a profile costs time itself. */
async function profile(
  context: BenchContext,
  contestants: readonly Contestant[],
  { events, folder }: { events: number; folder: string },
): Promise<void> {
  for (const contestant of contestants) {
    const { name } = contestant.candidate;
    const file = join(folder, `ingest-${name}.cpuprofile`);
    await context.progress(`CPU: profile of ${name}`, async () => {
      await contestant.process.startProfile();
      await contestant.carry({ count: events, rate, guilds: true });
      await contestant.process.stopProfile(file);
    });
    const times = renderSelfTimes(await selfTimes(file, context.root), { events, count: 40 });
    // A write that wakes its reader up may be preempted by it, so with few cores system calls look longer than they are.
    context.note(`Self time of ${name} in µs of wall time for each event (${file}):\n${times}`);
  }
}
