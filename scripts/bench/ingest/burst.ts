import type { BenchContext, Finding, Measure } from '../suite.ts';
import { chosenIngestors } from './candidates.ts';
import { Arena, type Contestant } from './contestant.ts';
import { megabytes } from './memory.ts';

const plans = {
  full: { rounds: 2, events: 100_000 },
  quick: { rounds: 1, events: 20_000 },
};

/** Frames as fast as the candidate takes them, right after its start: far more than the broker confirms meanwhile. */
export const burst: Measure = { name: 'burst', run: measureBurst };

async function measureBurst(context: BenchContext): Promise<readonly Finding[]> {
  const { rounds, events } = plans[context.quick ? 'quick' : 'full'];
  const found: Record<'peak' | 'seconds' | 'missing', Record<string, number[]>> = {
    peak: {},
    seconds: {},
    missing: {},
  };
  for (let round = 1; round <= rounds; round += 1) {
    for (const candidate of chosenIngestors(context)) {
      const { name } = candidate;
      await context.progress(`Burst: ${name}, round ${round} of ${rounds}`, async () => {
        await using arena = await Arena.open(context, { candidates: [candidate] });
        for (const contestant of arena.contestants) {
          const result = await sendBurst(contestant, { events, signal: context.signal });
          (found.peak[name] ??= []).push(result.peak);
          (found.seconds[name] ??= []).push(result.seconds);
          (found.missing[name] ??= []).push(result.missing);
        }
      });
    }
  }
  return [
    {
      title: `Burst of ${events.toLocaleString('en')} frames at full speed: RSS at its peak`,
      unit: 'MB',
      values: found.peak,
    },
    { title: 'until all are in the queues', unit: 's', values: found.seconds },
    { title: 'not in the queues', unit: 'events', values: found.missing, target: 0 },
  ];
}

async function sendBurst(contestant: Contestant, { events, signal }: { events: number; signal: AbortSignal }) {
  contestant.queues.startPurging();
  await contestant.start();
  const startedAt = performance.now();
  const { applicationId } = contestant.bot;
  await contestant.discord.load({ applicationId, count: events, guilds: true, interactions: true });
  const counted = await contestant.queues.until(events, signal);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { peak: megabytes((await contestant.usage()).peakRssBytes), seconds, missing: events - counted };
}
