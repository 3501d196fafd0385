import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PrivateRedis } from '@arrakis/testkit';
import { Redis } from 'ioredis';
import { renderSelfTimes, selfTimes } from '../profile.ts';
import { median, percentile } from '../samples.ts';
import { Noise } from '../noise.ts';
import type { BenchContext, Finding, Measure } from '../suite.ts';
import { RestDiscord } from './discord.ts';
import { loadResult } from './methods.ts';
import { clients, RestFleet, type RestClient } from './fleet.ts';

const channels = 50;

/** Nothing is limited, but Discord says in headers by how much it would be. */
const roomy = {
  global: { limit: 1_000_000 },
  buckets: [{ routes: ['POST /channels/{channel.id}/messages'], limit: 100_000, windowMs: 1_000 }],
};

const plans = {
  full: { rounds: 5, ms: 6_000 },
  quick: { rounds: 2, ms: 4_000 },
};

/** Requests a second of all processes together: four fifths of what Discord lets through, so that nothing holds them up. */
const calmRate = 40;

const fleetSizes = { full: [1, 4, 16], quick: [1, 4] };

/** How long a request that nothing limits is held back. What the machine makes of that way is told by bare PINGs of Redis. */
export const latency: Measure = { name: 'latency', run: measureLatency };

async function measureLatency(context: BenchContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const size of fleetSizes[context.quick ? 'quick' : 'full']) findings.push(...(await heldBack(context, size)));
  return findings;
}

async function heldBack(context: BenchContext, size: number): Promise<readonly Finding[]> {
  const { rounds, ms } = plans[context.quick ? 'quick' : 'full'];
  const p50 = { arrakis: [] as number[], bare: [] as number[] };
  const p99 = { arrakis: [] as number[], bare: [] as number[] };
  await using discord = await RestDiscord.start({ guilds: channels, signal: context.signal });
  await discord.setLimits(roomy);
  const [client] = clients;
  // The published port of a container would add Docker's proxy to the way, which nobody has in production.
  await using redis = await PrivateRedis.start();
  await using fleet = await RestFleet.start(context, {
    client,
    discord,
    size,
    redisUrl: redis.url,
    globalLimit: 100_000,
  });
  const { channelIds } = discord.started;
  const load = { kind: 'message', targets: channelIds, ms, inFlight: 0, rate: calmRate / size } as const;
  // A worker lives for days: what it does often is compiled by then.
  await context.progress(`${size} × warming up`, () =>
    fleet.carry({ kind: 'message', targets: channelIds, ms: 8_000, inFlight: 32 / size }),
  );
  for (let round = 0; round <= rounds; round += 1) {
    await context.progress(`${size} × unthrottled: round ${round} of ${rounds}`, async () => {
      const [{ results, counted }, pings] = await Promise.all([fleet.carry(load), pingTimes(redis.url, ms)]);
      const { user, shared, global } = counted.rateLimited;
      if (user + shared + global > 0) throw new Error('requests below all limits were refused');
      const waited = results.flatMap(({ waitedMs = [] }) => waitedMs);
      // The first round warms up.
      if (round === 0) return;
      p50.arrakis.push(percentile(waited, 50));
      p99.arrakis.push(percentile(waited, 99));
      p50.bare.push(percentile(pings, 50));
      p99.bare.push(percentile(pings, 99));
    });
  }
  return [
    {
      title: `${size} × unthrottled, ${calmRate}/s: held back p50 (bare: a PING of Redis)`,
      unit: 'ms',
      values: p50,
      target: 0.5,
    },
    { title: '… p99', unit: 'ms', values: p99, target: 3 },
  ];
}

/** How long Redis takes to answer when it is asked as often, in ms. */
async function pingTimes(url: string, ms: number): Promise<number[]> {
  const redis = new Redis(url);
  const times: number[] = [];
  try {
    await redis.ping();
    for (const endsAt = performance.now() + ms; performance.now() < endsAt;) {
      await delay(1_000 / calmRate);
      const startedAt = performance.now();
      await redis.ping();
      times.push(performance.now() - startedAt);
    }
    return times;
  } finally {
    redis.disconnect();
  }
}

/** Requests under way, one after the other as fast as they are answered. */
const inFlight = 32;

/** CPU time for a message, in turns. */
export const cpu: Measure = { name: 'cpu', run: measureCpu };

async function measureCpu(context: BenchContext): Promise<readonly Finding[]> {
  const { rounds, ms } = plans[context.quick ? 'quick' : 'full'];
  const noise = new Noise();
  const values: Record<string, number[]> = {};
  await using stack = new AsyncDisposableStack();
  const discord = stack.use(await RestDiscord.start({ guilds: channels, signal: context.signal }));
  await discord.setLimits(roomy);
  const chosen: readonly RestClient[] = clients.filter(({ name }) =>
    context.candidates.some((one) => one.name === name),
  );
  const fleets: { name: string; fleet: RestFleet }[] = [];
  for (const client of chosen) {
    const options = { client, discord, size: 1, globalLimit: 1_000_000 };
    fleets.push({ name: client.name, fleet: stack.use(await RestFleet.start(context, options)) });
  }
  for (let round = 0; round <= rounds; round += 1) {
    await context.progress(`CPU: round ${round} of ${rounds}`, async () => {
      for (const { name, fleet } of fleets) {
        noise.sample();
        const micros = await microsPerRequest(fleet, discord, ms);
        // The first round warms up.
        if (round > 0) (values[name] ??= []).push(micros);
      }
    });
  }
  noise.tell(context);
  for (const { name, fleet } of fleets) await profile(context, fleet, { name, channelIds: discord.started.channelIds });
  const ratio = median(values['arrakis'] ?? []) / median(values['bare'] ?? []);
  return [
    { title: `CPU for each message, ${inFlight} under way`, unit: 'µs', values },
    { title: '… to bare undici', unit: '×', values: { arrakis: Number.isNaN(ratio) ? [] : [ratio] }, target: 1.3 },
  ];
}

async function microsPerRequest(fleet: RestFleet, discord: RestDiscord, ms: number): Promise<number> {
  const { channelIds } = discord.started;
  const before = await fleet.cpuMicros();
  const { results } = await fleet.carry({ kind: 'message', targets: channelIds, ms, inFlight });
  const answered = results.reduce((sum, result) => sum + result.answered, 0);
  return ((await fleet.cpuMicros()) - before) / answered;
}

/** One more round, apart from those measured: taking a profile costs time itself. */
async function profile(
  context: BenchContext,
  { processes }: RestFleet,
  { name, channelIds }: { name: string; channelIds: readonly string[] },
): Promise<void> {
  const [process] = processes;
  if (context.profileFolder === undefined || process === undefined) return;
  const file = join(context.profileFolder, `rest-${name}.cpuprofile`);
  await process.startProfile();
  const load = { kind: 'message', targets: channelIds, ms: 5_000, inFlight };
  const { answered: events } = loadResult.parse(await process.ask('run', { input: load, limitMs: 60_000 }));
  await process.stopProfile(file);
  const times = renderSelfTimes(await selfTimes(file, context.root), { events, count: 40 });
  context.note(`Self time of ${name} in µs of wall time for each request (${file}):\n${times}`);
}
