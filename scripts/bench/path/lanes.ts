import { percentile } from '../samples.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { chosenRelays } from './candidates.ts';
import { interact, targetMs } from './latency.ts';
import { Pipelines, type Pipeline } from './pipeline.ts';

/** With a hundred permits half of the thousand events a second that come: the lane is full, and its queue grows. */
const handlerMs = 200;

const plans = {
  full: { rounds: 4, seconds: 4 },
  quick: { rounds: 1, seconds: 2 },
};

/** How long a command waits for its callback while the lane of events is free, and while it has no permit left. */
export const lanes: Measure = { name: 'lanes', run: measureLanes };

async function measureLanes(context: BenchContext): Promise<readonly Finding[]> {
  const { rounds, seconds } = plans[context.quick ? 'quick' : 'full'];
  const free: (readonly number[])[] = [];
  const saturated: (readonly number[])[] = [];
  await using pipelines = await Pipelines.open(
    context,
    chosenRelays(context).filter(({ fromGateway }) => fromGateway),
  );
  for (const pipeline of pipelines.all) {
    await context.progress('Lanes: start and warm up', async () => {
      await pipeline.start();
      await interact(pipeline, seconds);
    });
    for (let round = 1; round <= rounds; round += 1) {
      await context.progress(`Lanes: round ${round} of ${rounds}`, async () => {
        free.push((await interact(pipeline, seconds)).answeredMs);
        saturated.push(await interactBesideFullLane(pipeline, seconds));
      });
    }
  }
  return [
    { title: 'Callback beside a lane of events that is free: p50', unit: 'ms', values: percentiles(free, 50) },
    { title: 'p99', unit: 'ms', values: percentiles(free, 99) },
    {
      title: 'Callback beside a lane of events without a permit left: p50',
      unit: 'ms',
      values: percentiles(saturated, 50),
      target: targetMs.p50,
    },
    { title: 'p99', unit: 'ms', values: percentiles(saturated, 99), target: targetMs.p99 },
  ];
}

function percentiles(rounds: readonly (readonly number[])[], share: number): Finding['values'] {
  return { arrakis: rounds.map((answeredMs) => percentile(answeredMs, share)) };
}

/** @throws Error when the lane was not full at all. */
async function interactBesideFullLane(pipeline: Pipeline, seconds: number): Promise<readonly number[]> {
  await pipeline.consumer.ask('takeLong', { input: handlerMs });
  let mostWaiting = 0;
  const watching = setInterval(() => {
    void pipeline.queues.waiting().then((waiting) => (mostWaiting = Math.max(mostWaiting, waiting)));
  }, 200);
  try {
    const { answeredMs } = await interact(pipeline, seconds);
    if (mostWaiting < 100) throw new Error(`the lane was to be full, but at most ${mostWaiting} events waited for it`);
    return answeredMs;
  } finally {
    clearInterval(watching);
    await pipeline.consumer.ask('takeLong', { input: 0 });
  }
}
