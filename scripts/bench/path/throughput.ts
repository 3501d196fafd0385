import { Noise } from '../noise.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { Pipelines } from './pipeline.ts';

/** Events a second, as a share of what bare amqplib reaches. */
const leastRatio = 0.6;

interface Plan {
  readonly rounds: number;
  readonly events: number;
  readonly warmUp: number;
}

const plans: Readonly<Record<'full' | 'quick', Plan>> = {
  full: { rounds: 5, events: 20_000, warmUp: 20_000 },
  quick: { rounds: 2, events: 8_000, warmUp: 8_000 },
};

/** Events as fast as they are taken, from the first frame until the last is handled. The candidates take turns. */
export const throughput: Measure = { name: 'throughput', run: measureThroughput };

async function measureThroughput(context: BenchContext): Promise<readonly Finding[]> {
  const { rounds, events, warmUp } = plans[context.quick ? 'quick' : 'full'];
  const noise = new Noise();
  const values: Record<string, number[]> = {};
  await using pipelines = await Pipelines.open(context);
  await context.progress('Throughput: start and warm up', async () => {
    for (const pipeline of pipelines.all) {
      await pipeline.start();
      await pipeline.carry({ count: warmUp });
    }
  });
  for (let round = 1; round <= rounds; round += 1) {
    await context.progress(`Throughput: round ${round} of ${rounds}`, async () => {
      for (const pipeline of pipelines.all) {
        context.signal.throwIfAborted();
        noise.sample();
        const { seconds } = await pipeline.carry({ count: events });
        (values[pipeline.relay.name] ??= []).push(events / seconds);
      }
    });
  }
  for (const pipeline of pipelines.all) await pipeline.end();
  noise.tell(context);
  return [{ title: 'Events through the whole path', unit: '/s', values, leastRatio }];
}
