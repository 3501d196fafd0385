import type { LimitOptions } from '@arrakis/simulator';
import { percentile } from '../samples.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { RestDiscord } from './discord.ts';
import { limitingClients, RestFleet, type Carried } from './fleet.ts';
import type { CallbacksResult } from './methods.ts';

const globalLimit = 50;

/** Requests under way of the whole fleet: more than the limit lets through in two seconds. */
const inFlight = 120;

const plans = {
  full: { sizes: [1, 4, 16], windows: ['fixed', 'sliding'], ms: 62_500 },
  quick: { sizes: [4], windows: ['fixed'], ms: 12_500 },
} as const;

/** Requests take so long to Discord, in ms. */
export const network = { latencyMs: [20, 80] as [number, number] };

export const memberRoute = 'GET /guilds/{guild.id}/members/{user.id}';

/** Where buckets are not what is looked at. */
const wide = { routes: [memberRoute], limit: 10_000, windowMs: 1_000 };

type Values = Record<string, number[]>;

/** More is asked for than the global limit lets through, by all processes alike; meanwhile interactions are answered. */
export const global: Measure = { name: 'global', run: measureGlobal };

async function measureGlobal(context: BenchContext): Promise<readonly Finding[]> {
  const plan = plans[context.quick ? 'quick' : 'full'];
  const findings: Finding[] = [];
  await using discord = await RestDiscord.start({ guilds: 50, signal: context.signal });
  await discord.setFaults([network]);
  for (const window of plan.windows) {
    for (const size of plan.sizes) {
      const limits: LimitOptions = { global: { limit: globalLimit, window }, buckets: [wide] };
      const found: Found = { limited: {}, used: {}, unfairness: {}, callbackMs: {} };
      for (const client of limitingClients(context)) {
        await context.progress(`Global limit, ${window} window, ${size} processes: ${client.title}`, async () => {
          await using fleet = await RestFleet.start(context, { client, discord, size });
          await discord.setLimits(limits);
          note(found, client.name, await saturate(fleet, discord, plan.ms / (client.name === 'arrakis' ? 1 : 3)));
        });
      }
      findings.push(...findingsOf(found, `${size} × global limit, ${window} window`));
    }
  }
  return findings;
}

/** What is found, by client. */
interface Found {
  readonly limited: Values;
  readonly used: Values;
  readonly unfairness: Values;
  readonly callbackMs: Values;
}

async function saturate(fleet: RestFleet, discord: RestDiscord, ms: number) {
  const { members } = discord.started;
  await fleet.register();
  const each = Math.ceil(inFlight / fleet.processes.length);
  const [carried, callbacks] = await Promise.all([
    fleet.carry({ kind: 'member', targets: members, ms, inFlight: each }),
    callbacksBeside(fleet),
  ]);
  return { carried, callbacks };
}

/** Twenty at a time, since the callbacks of all have to come within three seconds. */
async function callbacksBeside(fleet: RestFleet): Promise<CallbacksResult> {
  const tookMs: number[] = [];
  let failed = 0;
  for (let round = 0; round < 5; round += 1) {
    const result = await fleet.callbacks(20);
    tookMs.push(...result.tookMs);
    failed += result.failed;
  }
  return { tookMs, failed };
}

function note(found: Found, name: string, measured: { carried: Carried; callbacks: CallbacksResult }): void {
  const { results, counted, seconds } = measured.carried;
  const answered = counted.statuses['200'] ?? 0;
  const p50s = results.map(({ p50 }) => p50);
  found.limited[name] = [counted.rateLimited.global];
  found.used[name] = [(100 * answered) / (seconds * globalLimit)];
  found.unfairness[name] = [Math.max(...p50s) / Math.min(...p50s)];
  const slowest = percentile(measured.callbacks.tookMs, 100);
  found.callbackMs[name] = [measured.callbacks.failed > 0 ? Infinity : slowest];
}

function findingsOf({ limited, used, unfairness, callbackMs }: Found, title: string): Finding[] {
  return [
    { title: `${title}: global 429s`, unit: '', values: limited, target: 0 },
    { title: '… of the limit used', unit: '%', values: used, least: 97 },
    { title: "… slowest process' p50 to the fastest's", unit: '×', values: unfairness, target: 1.5 },
    { title: '… slowest of 100 callbacks meanwhile', unit: 'ms', values: callbackMs, target: 1_000 },
  ];
}
