import { setTimeout as delay } from 'node:timers/promises';
import type { Answers } from '../discord/methods.ts';
import { percentile } from '../samples.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { chosenRelays } from './candidates.ts';
import { Pipelines, type Pipeline } from './pipeline.ts';

const interactionRate = 200;
const eventRate = 1_000;

/** From the dispatch of an interaction until its callback request, in ms. */
const targetMs = { p50: 5, p99: 25 };

const plans = {
  full: { rounds: 4, seconds: 6 },
  quick: { rounds: 2, seconds: 3 },
};

/** A command that is used beside a load of events: how long Discord waits for its callback. Bare amqplib knows no REST. */
export const latency: Measure = { name: 'latency', run: measureLatency };

async function measureLatency(context: BenchContext): Promise<readonly Finding[]> {
  const { rounds, seconds } = plans[context.quick ? 'quick' : 'full'];
  const answered: Record<'p50' | 'p99', number[]> = { p50: [], p99: [] };
  let unanswered = 0;
  await using pipelines = await Pipelines.open(
    context,
    chosenRelays(context).filter(({ fromGateway }) => fromGateway),
  );
  for (const pipeline of pipelines.all) {
    await context.progress('Latency: start and warm up', async () => {
      await pipeline.start();
      await useCommand(pipeline, seconds);
    });
    for (let round = 1; round <= rounds; round += 1) {
      await context.progress(`Latency: round ${round} of ${rounds}`, async () => {
        const result = await useCommand(pipeline, seconds);
        answered.p50.push(percentile(result.answeredMs, 50));
        answered.p99.push(percentile(result.answeredMs, 99));
        unanswered += result.unanswered;
      });
    }
  }
  if (pipelines.all.length === 0) return [];
  return [
    {
      title: 'Interaction dispatched → callback received, 200/s beside 1,000 events/s: p50',
      unit: 'ms',
      values: { arrakis: answered.p50 },
      target: targetMs.p50,
    },
    { title: 'p99', unit: 'ms', values: { arrakis: answered.p99 }, target: targetMs.p99 },
    { title: 'without a callback within 3 s', unit: '', values: { arrakis: [unanswered] }, target: 0 },
  ];
}

/** The events begin a little before and end after it. */
async function useCommand(pipeline: Pipeline, seconds: number): Promise<Answers> {
  const { discord, bot } = pipeline;
  const beside = pipeline.carry({ count: (seconds + 1) * eventRate, rate: eventRate });
  await delay(500);
  const count = seconds * interactionRate;
  const used = discord.useCommand({
    applicationId: bot.applicationId,
    command: 'ping',
    count,
    rate: interactionRate,
  });
  const [answers] = await Promise.all([used, beside]);
  return answers;
}
