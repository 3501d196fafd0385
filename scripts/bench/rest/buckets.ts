import type { FaultOptions, LimitOptions } from '@arrakis/simulator';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { RestDiscord } from './discord.ts';
import { limitingClients, RestFleet, type Carried } from './fleet.ts';
import { network } from './global.ts';
import type { Statistics } from './methods.ts';

const messageRoute = 'POST /channels/{channel.id}/messages';
const channels = 8;

const plans = {
  full: { sizes: [1, 4, 16], windows: ['fixed', 'sliding'], ms: 32_500 },
  quick: { sizes: [4], windows: ['fixed'], ms: 17_500 },
} as const;

const quota = { routes: [messageRoute], limit: 5, windowMs: 5_000 };

/** Eight channels, each of which takes less than is asked for. */
export const buckets: Measure = {
  name: 'buckets',
  run: (context) => measureBuckets(context, { title: 'hot buckets', rule: quota, disturbances: [network] }),
};

/** The same while Discord renames buckets, others use up limits that they share with the bot, and requests and answers fail. */
export const faults: Measure = {
  name: 'faults',
  run: (context) =>
    measureBuckets(context, {
      title: 'hot buckets with changing hashes, shared limits, 502s, lost answers',
      rule: {
        ...quota,
        hashChangesEveryMs: 3_000,
        shared: { limit: 1_000, windowMs: 2_000, window: 'fixed', usedUpEveryMs: 30_000 },
      },
      disturbances: [network, { probability: 0.01, status: 502 }, { probability: 0.005, loseResponse: true }],
    }),
};

interface Scene {
  readonly title: string;
  readonly rule: NonNullable<LimitOptions['buckets']>[number];
  readonly disturbances: readonly FaultOptions[];
}

async function measureBuckets(
  context: BenchContext,
  { title, rule, disturbances }: Scene,
): Promise<readonly Finding[]> {
  const { sizes, windows, ms } = plans[context.quick ? 'quick' : 'full'];
  const findings: Finding[] = [];
  await using discord = await RestDiscord.start({ guilds: channels, signal: context.signal });
  await discord.setFaults(disturbances);
  for (const window of windows) {
    for (const size of sizes) {
      const found: Found = { limited: {}, shared: {}, used: {}, bound: {}, usedOfRest: {} };
      const name = `${size} × ${title}, ${window} windows`;
      for (const client of limitingClients(context)) {
        await context.progress(`${name}: ${client.title}`, async () => {
          await using fleet = await RestFleet.start(context, { client, discord, size });
          await discord.setLimits({ buckets: [{ ...rule, window }] });
          const { channelIds } = discord.started;
          const inFlight = Math.max(channels, Math.ceil((12 * channels) / size));
          note(found, client.name, await fleet.carry({ kind: 'message', targets: channelIds, ms, inFlight }));
        });
      }
      findings.push(...findingsOf(found, name, rule.shared !== undefined));
    }
  }
  return findings;
}

/** What is found, by client. */
interface Found {
  readonly limited: Record<string, number[]>;
  readonly shared: Record<string, number[]>;
  readonly used: Record<string, number[]>;
  readonly bound: Record<string, number[]>;
  readonly usedOfRest: Record<string, number[]>;
}

function note(found: Found, name: string, { counted, seconds }: Carried): void {
  const { requests, rateLimited, statuses } = counted;
  const [answered, limit] = [statuses['200'] ?? 0, seconds * channels];
  const left = limit - takenAway(counted);
  found.limited[name] = [(100 * rateLimited.user) / requests];
  found.shared[name] = [(100 * rateLimited.shared) / requests];
  found.used[name] = [(100 * answered) / limit];
  found.bound[name] = [(100 * left) / limit];
  found.usedOfRest[name] = [(100 * answered) / left];
}

/**
 * Requests that count to the limit and come to nothing, whatever a client does: Discord has failed, or others have just used up
 * what they share with it, which one request has to find out.
 */
function takenAway({ requests, rateLimited, statuses, usedUpByOthers }: Statistics): number {
  const { user, shared, global } = rateLimited;
  return requests - (statuses['200'] ?? 0) - user - shared - global + usedUpByOthers;
}

function findingsOf({ limited, shared, used, ...found }: Found, title: string, isShared: boolean): Finding[] {
  const ownLimit = { title: `${title}: 429s`, unit: '%', values: limited, target: 0.1 };
  if (!isShared) return [ownLimit, { title: '… of the limit used', unit: '%', values: used, least: 90 }];
  return [
    ownLimit,
    // What others use cannot be known before.
    { title: '… of a limit that others have used up', unit: '%', values: shared },
    { title: '… of the limit used', unit: '%', values: used, least: 90 },
    { title: '… what the best client would use of it', unit: '%', values: found.bound },
    { title: '… of what Discord leaves of it', unit: '%', values: found.usedOfRest, least: 90 },
  ];
}
