import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { chosenIngestors } from './candidates.ts';
import { Arena, type Contestant } from './contestant.ts';
import { Receipts } from './receipts.ts';

const rate = 1_000;
const targetMs = 2_000;

/** How long a killed process's successor may take until it is connected again, in ms. */
const reconnectLimitMs = 30_000;

/** How long events are waited for after the last one came, in ms. */
const patienceMs = 3_000;

/** SIGKILL under load, and a new process at once: again and again while the events go on. */
export const restart: Measure = { name: 'restart', run: measureRestart };

interface Outcome {
  /** From the start of each successor until its RESUMED was handed to the socket, in ms. */
  readonly resumedMs: readonly number[];
  readonly identifies: number;
  readonly lost: number;
  readonly repeated: number;
  readonly renamed: number;
}

async function measureRestart(context: BenchContext): Promise<readonly Finding[]> {
  const kills = context.quick ? 1 : 4;
  const outcomes = new Map<string, Outcome>();
  for (const candidate of chosenIngestors(context)) {
    await context.progress(`Restart: ${candidate.name}`, async () => {
      await using arena = await Arena.open(context, { candidates: [candidate] });
      for (const contestant of arena.contestants) outcomes.set(candidate.name, await killUnderLoad(contestant, kills));
    });
  }
  const values = (pick: (outcome: Outcome) => readonly number[]) =>
    Object.fromEntries([...outcomes].map(([name, outcome]) => [name, pick(outcome)]));
  const times = kills === 1 ? 'once' : `${kills} times`;
  return [
    {
      title: `Killed (-9) ${times} under 1,000 events/s: RESUMED after its start`,
      unit: 'ms',
      values: values(({ resumedMs }) => resumedMs),
      target: targetMs,
    },
    { title: 'IDENTIFYs', unit: '', values: values(({ identifies }) => [identifies]), target: 0 },
    { title: 'lost', unit: 'events', values: values(({ lost }) => [lost]), target: 0 },
    { title: 'published twice under the same id', unit: 'events', values: values(({ repeated }) => [repeated]) },
    {
      title: 'published twice under another id',
      unit: 'events',
      values: values(({ renamed }) => [renamed]),
      target: 0,
    },
  ];
}

async function killUnderLoad(contestant: Contestant, kills: number): Promise<Outcome> {
  const { discord, bot, queues } = contestant;
  const receipts = new Receipts();
  await queues.consume((body, messageId) => receipts.enter(body, messageId));
  await contestant.start();
  const { identifies } = await discord.look(bot);
  const frames = { count: 1_000_000, rate, guilds: false, interactions: true };
  const load = discord.load({ applicationId: bot.applicationId, ...frames });
  const resumedMs: number[] = [];
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      // Not at the same moment of what the process does every so often.
      await delay(2_000 + 137 * kill);
      const tookMs = await killAndRestart(contestant);
      if (tookMs !== undefined) resumedMs.push(tookMs);
    }
    await delay(1_000);
  } finally {
    await discord.stopLoad();
  }
  const { dispatched } = await load;
  await receipts.until(dispatched, patienceMs);
  const after = await discord.look(bot);
  return { resumedMs, identifies: after.identifies - identifies, ...receipts.compare(dispatched) };
}

/** How long the successor took until it was resumed, in ms; undefined when it identified instead. */
async function killAndRestart(contestant: Contestant): Promise<number | undefined> {
  const { discord, bot } = contestant;
  const before = await discord.look(bot);
  await contestant.process.kill();
  const { startedAt } = contestant.spawn();
  const limit = AbortSignal.timeout(reconnectLimitMs);
  for (;;) {
    const { resumes, identifies, resumedAt } = await discord.look(bot);
    if (resumes > before.resumes && resumedAt > startedAt) return resumedAt - startedAt;
    if (identifies > before.identifies) return undefined;
    await delay(20, undefined, { signal: limit });
  }
}
