import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Noise } from '../noise.ts';
import { renderSelfTimes, selfTimes } from '../profile.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { Pipelines, type Pipeline } from './pipeline.ts';

/** Events a second. The fewer, the less can be done together, and the more of the time is system calls. */
const rates = { busy: 5_000, quiet: 1_000 };

/** CPU time for each event at the busy rate, in µs. */
const targetMicros = { consumer: 40, both: 60 };

interface Plan {
  readonly rounds: number;
  /** For how long each rate is kept up. */
  readonly seconds: number;
  readonly warmUp: number;
  readonly idleMs: number;
}

const plans: Readonly<Record<'full' | 'quick', Plan>> = {
  full: { rounds: 4, seconds: 2, warmUp: 20_000, idleMs: 4_000 },
  quick: { rounds: 2, seconds: 1, warmUp: 10_000, idleMs: 1_500 },
};

/** CPU time of publisher and consumer, in µs: for an event, or each second at idle. */
interface Load {
  readonly publisher: number;
  readonly consumer: number;
}

/** CPU time of both processes for an event, beyond what they take while nothing happens. The candidates take turns. */
export const cpu: Measure = { name: 'cpu', run: measureCpu };

async function measureCpu(context: BenchContext): Promise<readonly Finding[]> {
  const plan = plans[context.quick ? 'quick' : 'full'];
  const noise = new Noise();
  const loads: Record<keyof typeof rates, Record<string, Load[]>> = { busy: {}, quiet: {} };
  await using pipelines = await Pipelines.open(context);
  const idle = await context.progress('CPU: start, warm up and rest', () => warmUp(pipelines.all, plan));
  for (let round = 1; round <= plan.rounds; round += 1) {
    await context.progress(`CPU: round ${round} of ${plan.rounds}`, async () => {
      for (const pipeline of pipelines.all) {
        for (const pace of ['busy', 'quiet'] as const) {
          context.signal.throwIfAborted();
          noise.sample();
          const rate = rates[pace];
          const load = await loadOf(pipeline, { rate, count: rate * plan.seconds, idle: idle.get(pipeline) });
          (loads[pace][pipeline.relay.name] ??= []).push(load);
        }
      }
    });
  }
  noise.tell(context);
  await profileAll(pipelines.all, { context, seconds: plan.seconds });
  for (const pipeline of pipelines.all) await pipeline.end();
  return [...findings(loads.busy, rates.busy, targetMicros), ...findings(loads.quiet, rates.quiet)];
}

function findings(
  loads: Readonly<Record<string, readonly Load[]>>,
  rate: number,
  targets: Partial<typeof targetMicros> = {},
): readonly Finding[] {
  const values = (pick: (load: Load) => number) =>
    Object.fromEntries(Object.entries(loads).map(([name, each]) => [name, each.map(pick)]));
  return [
    {
      title: `CPU for each event at ${rate.toLocaleString('en')} events/s: consumer`,
      unit: 'µs',
      values: values(({ consumer }) => consumer),
      ...within(targets.consumer),
    },
    { title: 'publisher', unit: 'µs', values: values(({ publisher }) => publisher) },
    {
      title: 'both',
      unit: 'µs',
      values: values(({ publisher, consumer }) => publisher + consumer),
      ...within(targets.both),
    },
  ];
}

function within(target: number | undefined): Pick<Finding, 'target'> {
  return target === undefined ? {} : { target };
}

/** Starts and warms up; tells what each pipeline takes at idle. */
async function warmUp(pipelines: readonly Pipeline[], plan: Plan): Promise<Map<Pipeline, Load>> {
  for (const pipeline of pipelines) {
    await pipeline.start();
    await pipeline.carry({ count: plan.warmUp });
  }
  const before = await Promise.all(pipelines.map((pipeline) => pipeline.usage()));
  await delay(plan.idleMs);
  const after = await Promise.all(pipelines.map((pipeline) => pipeline.usage()));
  const eachSecond = (index: number, part: keyof Load) =>
    ((after[index]?.[part] ?? 0) - (before[index]?.[part] ?? 0)) / (plan.idleMs / 1_000);
  return new Map(
    pipelines.map((pipeline, index) => [
      pipeline,
      { publisher: eachSecond(index, 'publisher'), consumer: eachSecond(index, 'consumer') },
    ]),
  );
}

interface Round {
  readonly rate: number;
  readonly count: number;
  readonly idle: Load | undefined;
}

async function loadOf(pipeline: Pipeline, { rate, count, idle }: Round): Promise<Load> {
  const { events, seconds, publisherMicros, consumerMicros } = await pipeline.carry({ count, rate });
  return {
    publisher: (publisherMicros - (idle?.publisher ?? 0) * seconds) / events,
    consumer: (consumerMicros - (idle?.consumer ?? 0) * seconds) / events,
  };
}

/** One more round each, apart from those measured: taking a profile costs time itself. */
async function profileAll(
  pipelines: readonly Pipeline[],
  { context, seconds }: { context: BenchContext; seconds: number },
): Promise<void> {
  const { profileFolder, root } = context;
  if (profileFolder === undefined) return;
  const events = rates.busy * seconds;
  for (const pipeline of pipelines) {
    const { consumer, relay } = pipeline;
    const file = join(profileFolder, `path-${relay.name}.cpuprofile`);
    await context.progress(`CPU: profile of ${relay.name}'s consumer`, async () => {
      await consumer.startProfile();
      await pipeline.carry({ count: events, rate: rates.busy });
      await consumer.stopProfile(file);
    });
    const times = renderSelfTimes(await selfTimes(file, root), { events, count: 40 });
    context.note(`Self time of ${relay.name}'s consumer in µs of wall time for each event (${file}):\n${times}`);
  }
}
