import type { BenchContext, Finding, Measure } from '../suite.ts';
import { chosenRelays } from './candidates.ts';
import { Pipelines } from './pipeline.ts';

const waiting = 10_000;

/** From the start of the process until it has handled its first event, in ms. */
const targetMs = 1_000;

/** A consumer that starts with events waiting for it. */
export const backlog: Measure = { name: 'backlog', run: measureBacklog };

async function measureBacklog(context: BenchContext): Promise<readonly Finding[]> {
  const rounds = context.quick ? 1 : 4;
  const first: Record<string, number[]> = {};
  const all: Record<string, number[]> = {};
  for (let round = 1; round <= rounds; round += 1) {
    for (const relay of chosenRelays(context)) {
      await context.progress(`Backlog: ${relay.name}, round ${round} of ${rounds}`, async () => {
        await using pipelines = await Pipelines.open(context, [relay]);
        for (const pipeline of pipelines.all) {
          await pipeline.fill(waiting);
          const { startedAt } = pipeline.startConsumer();
          const { firstAt, lastAt } = await pipeline.untilHandled();
          (first[relay.name] ??= []).push(firstAt - startedAt);
          (all[relay.name] ??= []).push(lastAt - startedAt);
          await pipeline.end();
        }
      });
    }
  }
  return [
    {
      title: `Started with ${waiting.toLocaleString('en')} events waiting: first one handled`,
      unit: 'ms',
      values: first,
      target: targetMs,
    },
    { title: 'all handled', unit: 'ms', values: all },
  ];
}
