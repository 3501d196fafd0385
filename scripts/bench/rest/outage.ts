import { setTimeout as delay } from 'node:timers/promises';
import { PrivateRedis } from '@arrakis/testkit';
import { percentile } from '../samples.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { RestDiscord } from './discord.ts';
import { clients, RestFleet } from './fleet.ts';
import { memberRoute, network } from './global.ts';

const plans = {
  full: { size: 6, stoppedMs: 20_000, ms: 45_000 },
  quick: { size: 4, stoppedMs: 6_000, ms: 16_000 },
};

/** How often 20 interactions are answered while it is away. */
const rounds = 5;

/** Redis is killed and comes back empty, while more is asked for than the global limit lets through. */
export const outage: Measure = { name: 'redis', run: measureOutage };

async function measureOutage(context: BenchContext): Promise<readonly Finding[]> {
  const { size, stoppedMs, ms } = plans[context.quick ? 'quick' : 'full'];
  const [client] = clients;
  if (!context.candidates.some(({ name }) => name === client.name)) return [];
  await using discord = await RestDiscord.start({ guilds: 50, signal: context.signal });
  await using redis = await PrivateRedis.start();
  await discord.setFaults([network]);
  await using fleet = await RestFleet.start(context, { client, discord, size, redisUrl: redis.url });
  await discord.setLimits({ buckets: [{ routes: [memberRoute], limit: 10_000, windowMs: 1_000 }] });
  await fleet.register();
  const { members } = discord.started;
  const load = { kind: 'member', targets: members, ms, inFlight: Math.ceil(120 / size) } as const;
  const slowest: number[] = [];
  const stop = async () => {
    await delay(5_000);
    await redis.end('killed');
    const startedAt = performance.now();
    for (let round = 1; round <= rounds; round += 1) {
      const { tookMs, failed } = await fleet.callbacks(20);
      slowest.push(failed > 0 ? Infinity : percentile(tookMs, 100));
      await delay(Math.max(0, startedAt + (round * stoppedMs) / rounds - performance.now()));
    }
    await redis.start({ empty: true });
  };
  const [{ counted }] = await context.progress(`Redis away for ${stoppedMs / 1_000} s`, () =>
    Promise.all([fleet.carry(load), stop()]),
  );
  const limited = (100 * (counted.rateLimited.global + counted.rateLimited.user)) / counted.requests;
  const callbacks = { arrakis: [Math.max(...slowest)] };
  return [
    { title: `Redis away for ${stoppedMs / 1_000} s: 429s`, unit: '%', values: { arrakis: [limited] }, target: 1 },
    { title: `… slowest of ${20 * rounds} callbacks meanwhile`, unit: 'ms', values: callbacks, target: 1_000 },
  ];
}
