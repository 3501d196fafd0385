import { RateLimiter, type LimitOptions } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { testServices, uniqueNamespace } from '@arrakis/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  SimulatedFleet,
  type FleetConditions,
  type Outcome,
  type SimulatedRequest,
} from '../testing/simulated-fleet.ts';
import { SimulatedTime } from '../testing/simulated-time.ts';

const route = 'GET /guilds/{guild.id}/members/{user.id}';
/** Where the bucket is not what is looked at. */
const wide = { routes: [route], limit: 1_000, windowMs: 1_000 };

let state: StateManager;
beforeAll(async () => {
  const { redisUrl } = await testServices();
  state = new StateManager({ url: redisUrl, namespace: uniqueNamespace(), applicationId: '1' });
  await state.untilAvailable(AbortSignal.timeout(10_000));
});
afterAll(() => state.close());

let fleets = 0;

/** In [0, 1), the same sequence for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let position = seed;
  return () => {
    position = (position + 0x6d2b79f5) | 0;
    let mixed = Math.imul(position ^ (position >>> 15), 1 | position);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function fleetBefore(limits: LimitOptions, conditions: Partial<FleetConditions> = {}) {
  fleets += 1;
  const random = randomFrom(fleets);
  const time = new SimulatedTime(1_790_000_000_000 + random() * 1_000);
  const discord = new RateLimiter(fleets, () => time.now);
  discord.setLimits(limits);
  const fleet = new SimulatedFleet({
    time,
    discord,
    scripts: state.scripts,
    root: state.scripts.key('rest', String(fleets)),
    globalLimit: 50,
    random,
    latencyMs: [20, 80],
    latenessMs: () => random() * 3,
    ...conditions,
  });
  return { fleet, time };
}

function get(guildId: string, options: Partial<SimulatedRequest> = {}): SimulatedRequest {
  const template = '/guilds/{guild.id}/members/{user.id}';
  const params = { 'guild.id': guildId, 'user.id': '1' };
  return { lane: 'normal', method: 'GET', template, params, major: guildId, patienceMs: 600_000, ...options };
}

/** The most of these moments within any `ms`. */
function mostWithin(ms: number, moments: readonly number[]): number {
  const sorted = moments.toSorted((one, other) => one - other);
  return Math.max(
    0,
    ...sorted.map((moment, index) => index + 1 - sorted.findIndex((earlier) => earlier > moment - ms)),
  );
}

const arrivedOf = (outcomes: readonly Outcome[]) => outcomes.filter(({ arrivedAt }) => arrivedAt !== undefined);

/** How long those of a lane that were let in have waited, shortest first. */
function waits(fleet: SimulatedFleet, lane: SimulatedRequest['lane']): number[] {
  return fleet.outcomes
    .flatMap(({ request, askedAt, grantedAt }) =>
      request.lane === lane && grantedAt !== undefined ? [grantedAt - askedAt] : [],
    )
    .toSorted((one, other) => one - other);
}

describe('the global limit', () => {
  it.each(['fixed', 'sliding'] as const)('of %s windows is used to 97 % and never exceeded', async (window) => {
    const { fleet, time } = fleetBefore({ global: { window }, buckets: [wide] });
    for (let index = 0; index < 1_600; index += 1) time.in(index * 12.5, () => fleet.ask(get(String(index % 200))));
    const begin = time.now;
    await time.run(20_000);
    expect(fleet.rejections).toEqual([]);
    expect(mostWithin(1_000, fleet.grants)).toBeLessThanOrEqual(50);
    // Between the first requests, which come as they like, and the last.
    const steady = fleet.grants.filter((at) => at > begin + 2_500 && at <= begin + 18_500).length;
    expect(steady / 16).toBeGreaterThanOrEqual(0.97 * 50);
  });

  it('is given first come, first served', async () => {
    const { fleet, time } = fleetBefore({ buckets: [wide] });
    fleet.ask(get('0'));
    await time.run(2_000);
    for (let index = 0; index < 400; index += 1) time.in(index, () => fleet.ask(get(String(index))));
    await time.run(20_000);
    const grantedAt = fleet.outcomes.map((outcome) => outcome.grantedAt ?? Infinity);
    // Within a burst nobody looks who is first.
    const overtaken = grantedAt.filter((at, index) => grantedAt.slice(index).some((later) => later < at - 120));
    expect(overtaken).toEqual([]);
  });

  it('is no concern of interactions', async () => {
    const { fleet, time } = fleetBefore({ buckets: [wide] });
    for (let index = 0; index < 200; index += 1) fleet.ask(get(String(index)));
    await time.run(200);
    fleet.ask(get('1', { lane: 'interaction' }));
    await time.run(200);
    expect(waits(fleet, 'interaction')).toEqual([0]);
  });

  it('leaves room for others than bulk requests, and bulk requests a little', async () => {
    for (const [rate, leastBulk] of [
      [10, 25],
      [80, 4],
    ] as const) {
      const { fleet, time } = fleetBefore({ buckets: [wide] });
      for (let index = 0; index < 700; index += 1) fleet.ask(get(String(index % 200), { lane: 'bulk' }));
      for (let index = 0; index < 10 * rate; index += 1) {
        time.in(100 + (index * 1_000) / rate, () => fleet.ask(get(String(index % 200))));
      }
      await time.run(10_000);
      expect(waits(fleet, 'bulk').length / 10).toBeGreaterThan(leastBulk);
      if (rate === 10) expect(waits(fleet, 'normal').at(-1)).toBeLessThan(100);
      expect(fleet.rejections).toEqual([]);
    }
  });

  it('gives a place that nobody comes for to the next', async () => {
    const { fleet, time } = fleetBefore({ buckets: [wide] });
    for (let index = 0; index < 300; index += 1) fleet.ask(get(String(index), { dies: index >= 50 && index < 200 }));
    await time.run(5_000);
    expect(fleet.outcomes.filter(({ request, grantedAt }) => request.dies !== true && grantedAt === undefined)).toEqual(
      [],
    );
  });
});

describe('a hot bucket', () => {
  const kinds = [
    ['sliding', 5, 5_000],
    ['fixed', 10, 10_000],
    ['sliding', 5, 2_000],
    ['fixed', 2, 1_000],
  ] as const;
  it.each(kinds)('with a %s window of %i requests in %i ms is used to 90 % without a 429', async (...kind) => {
    const [window, limit, windowMs] = kind;
    const { fleet, time } = fleetBefore({ buckets: [{ routes: [route], limit, windowMs, window }] });
    const possible = (60_000 * limit) / windowMs;
    for (let index = 0; index < 1.3 * possible; index += 1) fleet.ask(get('1'));
    await time.run(60_000);
    expect(fleet.rejections).toEqual([]);
    expect(arrivedOf(fleet.outcomes).length).toBeGreaterThanOrEqual(0.9 * possible);
  });
});

describe('a bucket', () => {
  it('is given first come, first served', async () => {
    const { fleet, time } = fleetBefore({ buckets: [{ routes: [route], limit: 3, windowMs: 1_000 }] });
    fleet.ask(get('1'));
    await time.run(2_000);
    for (let index = 0; index < 60; index += 1) time.in(index * 20, () => fleet.ask(get('1')));
    await time.run(40_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(61);
    const grantedAt = fleet.outcomes.map((outcome) => outcome.grantedAt ?? Infinity);
    // Within a window nobody looks who is first.
    const overtaken = grantedAt.filter((at, index) => grantedAt.slice(index).some((later) => later < at - 120));
    expect(overtaken).toEqual([]);
  });
});

describe('a request that nothing holds up', () => {
  it('asks Redis once', async () => {
    const { fleet, time } = fleetBefore({ buckets: [wide] });
    fleet.ask(get('0'));
    await time.run(2_000);
    for (let index = 0; index < 40; index += 1) time.in(index * 50, () => fleet.ask(get(String(index))));
    await time.run(4_000);
    expect(fleet.outcomes.map(({ calls }) => calls)).toEqual(fleet.outcomes.map(() => 1));
  });
});

describe('a route that nobody knows', () => {
  it('is tried by one request for all, and then used at full speed, by other resources too', async () => {
    const { fleet, time } = fleetBefore({ buckets: [wide] });
    for (let index = 0; index < 40; index += 1) fleet.ask(get(String(index)));
    await time.run(10);
    expect(fleet.grants).toHaveLength(1);
    await time.run(140);
    expect(fleet.grants).toHaveLength(40);
  });

  it('is tried by the next when the first one is never heard of', async () => {
    const { fleet, time } = fleetBefore({ buckets: [wide] });
    fleet.ask(get('1', { dies: true }));
    await time.run(100);
    fleet.ask(get('1'));
    await time.run(2_500);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(2);
  });
});

describe('patience', () => {
  it('that is too short is told at once, and nothing is kept for it', async () => {
    const { fleet, time } = fleetBefore({ buckets: [{ routes: [route], limit: 2, windowMs: 60_000 }] });
    for (let index = 0; index < 2; index += 1) fleet.ask(get('1'));
    await time.run(500);
    for (let index = 0; index < 50; index += 1) fleet.ask(get('1', { patienceMs: 1_000 }));
    await time.run(100);
    expect(fleet.outcomes.filter(({ deniedAt }) => deniedAt !== undefined)).toHaveLength(50);
    fleet.ask(get('1'));
    await time.run(61_000);
    expect(fleet.outcomes.at(-1)?.arrivedAt).toBeDefined();
  });
});

describe('a limit beside the bucket', () => {
  it.each(['subLimit', 'shared'] as const)('(%s) lets one at a time try after it was met', async (kind) => {
    const bucket = {
      routes: [route],
      limit: 10,
      windowMs: 1_000,
      [kind]: { limit: 2, windowMs: 5_000, window: 'fixed' },
    };
    const { fleet, time } = fleetBefore({ buckets: [bucket] });
    for (let index = 0; index < 12; index += 1) fleet.ask(get('1'));
    fleet.ask(get('2'));
    await time.run(40_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(13);
    // All those under way when it was met, and then few.
    expect(fleet.rejections.length).toBeLessThanOrEqual(20);
  });
});

describe('a clock that is set back', () => {
  it('stops nothing for longer than a moment', async () => {
    const { fleet, time } = fleetBefore({ buckets: [wide] });
    for (let index = 0; index < 60; index += 1) fleet.ask(get('1'));
    await time.run(2_500);
    fleet.clockOffsetMs = -3_600_000;
    for (let index = 0; index < 60; index += 1) fleet.ask(get('1'));
    await time.run(5_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(120);
    expect(fleet.rejections).toEqual([]);
  });
});

const hour = 3_600_000;
const changes = [
  ['a clock set back by an hour', (fleet: SimulatedFleet) => void (fleet.clockOffsetMs = -hour)],
  ['a clock set back by 700 ms', (fleet: SimulatedFleet) => void (fleet.clockOffsetMs = -700)],
  ['a clock set forward by 700 ms', (fleet: SimulatedFleet) => void (fleet.clockOffsetMs = 700)],
  ['a clock set forward by an hour', (fleet: SimulatedFleet) => void (fleet.clockOffsetMs = hour)],
  ['a Redis that has lost everything', (fleet: SimulatedFleet) => fleet.forget()],
] as const;

describe.each(changes)('%s', (_, change) => {
  it('costs a moment, and at most the places of one second', async () => {
    const { fleet, time } = fleetBefore({ buckets: [wide] });
    fleet.ask(get('0'));
    await time.run(2_000);
    // The worst moment: all places are taken, and everybody wants them again.
    for (let index = 0; index < 50; index += 1) fleet.ask(get(String(index)));
    await time.run(150);
    await change(fleet);
    for (let index = 0; index < 150; index += 1) fleet.ask(get(String(index)));
    await time.run(6_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(201);
    expect(fleet.rejections.length).toBeLessThanOrEqual(50);
    const met = fleet.rejections.length;
    for (let index = 0; index < 150; index += 1) fleet.ask(get(String(index)));
    await time.run(6_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(351);
    expect(fleet.rejections).toHaveLength(met);
  });

  it.each(['bucket', 'subLimit', 'shared'] as const)('leaves nobody waiting for a %s of before', async (kind) => {
    const beside = kind === 'bucket' ? {} : { [kind]: { limit: 2, windowMs: 5_000, window: 'fixed' } };
    const { fleet, time } = fleetBefore({ buckets: [{ routes: [route], limit: 10, windowMs: 2_000, ...beside }] });
    for (let index = 0; index < 12; index += 1) fleet.ask(get('1', { patienceMs: 90_000 }));
    await time.run(1_000);
    await change(fleet);
    for (let index = 0; index < 12; index += 1) fleet.ask(get('1', { patienceMs: 90_000 }));
    await time.run(120_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(24);
    // A bucket under way when it was met, another after it was forgotten; then one look for every two that arrive.
    expect(fleet.rejections.length).toBeLessThanOrEqual(10 + 10 + 24 / 2);
  });
});
