import { setTimeout as delay } from 'node:timers/promises';
import type { Answers } from '../discord/methods.ts';
import { percentile } from '../samples.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { Pipelines, type Pipeline } from './pipeline.ts';

/** Interactions and events a second. */
const rates = { interactions: 200, events: 1_000 };

/** From the dispatch of an interaction until its callback request, in ms. */
export const targetMs = { p50: 5, p99: 25 };

const plans = {
  full: { rounds: 4, seconds: 4 },
  quick: { rounds: 2, seconds: 2 },
};

/**
 * A command that is used beside a load of events: how long Discord waits for its callback. What the machine makes of it is
 * told by bare amqplib, for half of the way: from publishing an interaction until its consumer has it.
 */
export const latency: Measure = { name: 'latency', run: measureLatency };

async function measureLatency(context: BenchContext): Promise<readonly Finding[]> {
  const { rounds, seconds } = plans[context.quick ? 'quick' : 'full'];
  const found: Record<'p50' | 'p99', Record<string, number[]>> = { p50: {}, p99: {} };
  let unanswered = 0;
  await using pipelines = await Pipelines.open(context);
  await context.progress('Latency: start and warm up', async () => {
    for (const pipeline of pipelines.all) {
      await pipeline.start();
      await interact(pipeline, seconds);
    }
  });
  for (let round = 1; round <= rounds; round += 1) {
    await context.progress(`Latency: round ${round} of ${rounds}`, async () => {
      for (const pipeline of pipelines.all) {
        const result = await interact(pipeline, seconds);
        const { name } = pipeline.relay;
        (found.p50[name] ??= []).push(percentile(result.answeredMs, 50));
        (found.p99[name] ??= []).push(percentile(result.answeredMs, 99));
        if (pipeline.relay.fromGateway) unanswered += result.unanswered;
      }
    });
  }
  return [
    {
      title: 'Interaction dispatched → callback received (bare: published → consumed): p50',
      unit: 'ms',
      values: found.p50,
      target: targetMs.p50,
    },
    { title: 'p99', unit: 'ms', values: found.p99, target: targetMs.p99 },
    { title: 'without a callback within 3 s', unit: '', values: { arrakis: [unanswered] }, target: 0 },
  ];
}

/** The events begin a little before and end after it. */
export async function interact(pipeline: Pipeline, seconds: number): Promise<Answers> {
  const beside = pipeline.carry({ count: (seconds + 1) * rates.events, rate: rates.events });
  await delay(500);
  const used = { count: seconds * rates.interactions, rate: rates.interactions };
  const [answers] = await Promise.all([pipeline.interact(used), beside]);
  return answers;
}
