import type { FaultOptions, LimitOptions } from '@arrakis/simulator';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { RestDiscord } from './discord.ts';
import { limitingClients, RestFleet } from './fleet.ts';
import { network } from './global.ts';

const messageRoute = 'POST /channels/{channel.id}/messages';
const channels = 8;

const plans = {
  full: { size: 6, ms: 62_500 },
  quick: { size: 4, ms: 17_500 },
};

/** Eight channels, each of which takes less than is asked for. */
export const buckets: Measure = {
  name: 'buckets',
  run: (context) =>
    measureBuckets(context, {
      title: 'Hot buckets (8 channels)',
      limits: ['fixed', 'sliding'].map((window) => ({
        name: `${window} 5 in 5 s`,
        limits: { buckets: [{ routes: [messageRoute], limit: 5, windowMs: 5_000, window: windowOf(window) }] },
      })),
      faults: [network],
    }),
};

/** The same while Discord renames buckets, has limits of others, fails and loses answers. */
export const faults: Measure = {
  name: 'faults',
  run: (context) =>
    measureBuckets(context, {
      title: 'Hot buckets, faults',
      limits: [
        {
          name: 'hashes that change, 1 % 502, 0.5 % lost',
          limits: {
            buckets: [
              { routes: [messageRoute], limit: 5, windowMs: 5_000, window: 'fixed', hashChangesEveryMs: 3_000 },
            ],
          },
        },
      ],
      faults: [network, { probability: 0.01, status: 502 }, { probability: 0.005, loseResponse: true }],
    }),
};

interface Scene {
  readonly title: string;
  readonly limits: readonly { readonly name: string; readonly limits: LimitOptions }[];
  readonly faults: readonly FaultOptions[];
}

async function measureBuckets(context: BenchContext, scene: Scene): Promise<readonly Finding[]> {
  const { size, ms } = plans[context.quick ? 'quick' : 'full'];
  const findings: Finding[] = [];
  await using discord = await RestDiscord.start({ guilds: channels, signal: context.signal });
  await discord.setFaults(scene.faults);
  for (const { name, limits } of scene.limits) {
    const limited: Record<string, number[]> = {};
    const used: Record<string, number[]> = {};
    for (const client of limitingClients(context)) {
      await context.progress(`${scene.title}, ${name}: ${client.title}`, async () => {
        await using fleet = await RestFleet.start(context, { client, discord, size });
        await discord.setLimits(limits);
        const { channelIds } = discord.started;
        const load = { kind: 'message', targets: channelIds, ms, inFlight: 2 * channels } as const;
        const { counted, seconds } = await fleet.carry(load);
        limited[client.name] = [(100 * counted.rateLimited.user) / counted.requests];
        used[client.name] = [(100 * (counted.statuses['200'] ?? 0)) / (seconds * channels)];
      });
    }
    findings.push(
      { title: `${scene.title}, ${name}: 429s`, unit: '%', values: limited, target: 0.1 },
      { title: '… of the limit used', unit: '%', values: used, least: 90 },
    );
  }
  return findings;
}

function windowOf(name: string): 'fixed' | 'sliding' {
  return name === 'fixed' ? 'fixed' : 'sliding';
}
