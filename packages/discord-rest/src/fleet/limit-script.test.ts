import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrivedOf, Fleets, get, route } from '../testing/fleets.ts';
import type { SimulatedFleet, SimulatedRequest } from '../testing/simulated-fleet.ts';

/** Where the bucket is not what is looked at. */
const wide = { routes: [route], limit: 1_000, windowMs: 1_000 };

let fleets: Fleets;
beforeAll(async () => {
  fleets = await Fleets.start();
});
afterAll(() => fleets.close());

/** The most of these moments within any `ms`. */
function mostWithin(ms: number, moments: readonly number[]): number {
  const sorted = moments.toSorted((one, other) => one - other);
  return Math.max(
    0,
    ...sorted.map((moment, index) => index + 1 - sorted.findIndex((earlier) => earlier > moment - ms)),
  );
}

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
    const { fleet, time } = fleets.before({ global: { window }, buckets: [wide] });
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
    const { fleet, time } = fleets.before({ buckets: [wide] });
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
    const { fleet, time } = fleets.before({ buckets: [wide] });
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
      const { fleet, time } = fleets.before({ buckets: [wide] });
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
    const { fleet, time } = fleets.before({ buckets: [wide] });
    for (let index = 0; index < 300; index += 1) fleet.ask(get(String(index), { dies: index >= 50 && index < 200 }));
    await time.run(5_000);
    expect(fleet.outcomes.filter(({ request, grantedAt }) => request.dies !== true && grantedAt === undefined)).toEqual(
      [],
    );
  });
});

describe('a request that nothing holds up', () => {
  it('asks Redis once', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    fleet.ask(get('0'));
    await time.run(2_000);
    for (let index = 0; index < 40; index += 1) time.in(index * 50, () => fleet.ask(get(String(index))));
    await time.run(4_000);
    expect(fleet.outcomes.map(({ calls }) => calls)).toEqual(fleet.outcomes.map(() => 1));
  });

  it('goes straight through, once its route is known, as long as nobody waits', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    expect(await fleet.goesStraight(get('0'))).toBe(false);
    fleet.ask(get('0'));
    await time.run(2_000);
    for (const lane of ['normal', 'interaction'] as const)
      expect(await fleet.goesStraight(get('0', { lane }))).toBe(true);
    for (let index = 0; index < 60; index += 1) fleet.ask(get('0'));
    await time.run(100);
    for (const lane of ['normal', 'bulk'] as const) expect(await fleet.goesStraight(get('0', { lane }))).toBe(false);
  });
});

describe('a route that nobody knows', () => {
  it('is tried by one request for all, and then used at full speed, by other resources too', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    for (let index = 0; index < 40; index += 1) fleet.ask(get(String(index)));
    await time.run(10);
    expect(fleet.grants).toHaveLength(1);
    await time.run(140);
    expect(fleet.grants).toHaveLength(40);
  });

  it('is tried by the next when the first one is never heard of', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    fleet.ask(get('1', { dies: true }));
    await time.run(100);
    fleet.ask(get('1'));
    await time.run(2_500);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(2);
  });

  it.each(['before', 'after'] as const)('is known by a header, when the answer %s it has none', async (when) => {
    const { fleet, time } = fleets.before({});
    const acquire = (id: string) => fleet.acquire(id, '0', 'normal', route, '1', 60_000);
    const settle = (...told: (string | number)[]) => fleet.call('settle', route, '1', '', 0, 1, 50, 'ok', ...told);
    const tries = { type: 'go', delayMs: 0, group: '', window: 0, probe: 1 };
    expect(await acquire('first')).toEqual(tries);
    time.now += 2_100;
    expect(await acquire('second')).toEqual(tries);
    if (when === 'before') await settle('', 0, 0, 0, 0);
    for (let answer = 0; answer < 2; answer += 1) await settle('hash', 5, 4, 5_000, 0);
    if (when === 'after') await settle('', 0, 0, 0, 0);
    await settle('hash', 5, 3, 5_000, 0);
    expect(await acquire('third')).toEqual({ ...tries, group: 'hash', window: expect.any(Number), probe: 0 });
  });
});

describe('those who wait', () => {
  it('are let in though Redis has lost what all share, and nothing else', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    fleet.ask(get('1'));
    await time.run(2_000);
    for (let index = 0; index < 120; index += 1) fleet.ask(get('1'));
    await time.run(100);
    await fleet.forget('');
    await fleet.call('present', 'somebody');
    for (let index = 0; index < 20; index += 1) fleet.ask(get('1'));
    await time.run(5_000);
    expect(fleet.grants).toHaveLength(141);
    expect(fleet.rejections).toEqual([]);
  });

  it('hold nobody up after a clock was set back', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    fleet.ask(get('1'));
    await time.run(2_000);
    fleet.clockOffsetMs = 3_600_000;
    for (let index = 0; index < 80; index += 1) fleet.ask(get('1'));
    await time.run(5_000);
    fleet.clockOffsetMs = 0;
    for (let index = 0; index < 2; index += 1) {
      fleet.ask(get('1'));
      await fleet.call('present', 'somebody');
      await time.run(2_000);
      time.now += 1_000;
    }
    expect(await fleet.goesStraight(get('1'))).toBe(true);
  });
});

describe('a process that is back from an outage twice', () => {
  it('does not forget those who are still away', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    await fleet.call('present', 'back');
    await fleet.call('recover', 3);
    time.now += 500;
    await fleet.call('recover', 1);
    for (let index = 0; index < 60; index += 1) fleet.ask(get('1'));
    await time.run(3_500);
    expect(fleet.grants.length).toBeGreaterThan(16);
    expect(mostWithin(1_000, fleet.grants)).toBeLessThanOrEqual(Math.floor(50 / 3));
  });
});

describe('a process that is back before another', () => {
  it('leaves it its share, though Redis remembers that it was there', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    for (const id of ['first', 'second']) await fleet.call('present', id);
    time.now += 3_000;
    await fleet.call('recover', 2);
    await fleet.call('present', 'first');
    for (let index = 0; index < 60; index += 1) fleet.ask(get('1'));
    await time.run(2_500);
    expect(mostWithin(1_000, fleet.grants)).toBe(25);
    await fleet.call('recover', 2);
    await fleet.call('present', 'second');
    for (let index = 0; index < 100; index += 1) fleet.ask(get('1'));
    await time.run(3_000);
    expect(mostWithin(1_000, fleet.grants)).toBe(50);
  });

  it('holds those up no more who were there all the time', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    for (const id of ['first', 'second']) await fleet.call('present', id);
    time.now += 1_900;
    await fleet.call('recover', 2);
    await fleet.call('present', 'first');
    for (let index = 0; index < 60; index += 1) fleet.ask(get('1'));
    await time.run(1_300);
    expect(fleet.grants).toHaveLength(50);
  });
});

describe('patience', () => {
  it('that is too short is told at once, and nothing is kept for it', async () => {
    const { fleet, time } = fleets.before({ buckets: [{ routes: [route], limit: 2, windowMs: 60_000 }] });
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

describe('a clock that is set back', () => {
  it('stops nothing for longer than a moment', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    for (let index = 0; index < 60; index += 1) fleet.ask(get('1'));
    await time.run(2_500);
    fleet.clockOffsetMs = -3_600_000;
    for (let index = 0; index < 60; index += 1) fleet.ask(get('1'));
    await time.run(5_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(120);
    expect(fleet.rejections).toEqual([]);
  });
});

describe('a clock that is set back by an hour', () => {
  it('lets nobody who came before wait for all who come after', async () => {
    const { fleet, time } = fleets.before({ buckets: [wide] });
    for (let index = 0; index < 150; index += 1) fleet.ask(get('1'));
    await time.run(500);
    fleet.clockOffsetMs = -3_600_000;
    for (let index = 0; index < 1_200; index += 1) time.in(index * 15, () => fleet.ask(get('1')));
    await time.run(10_000);
    const before = fleet.outcomes.slice(0, 150);
    expect(before.filter(({ grantedAt }) => grantedAt === undefined)).toEqual([]);
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
    const { fleet, time } = fleets.before({ buckets: [wide] });
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
    const { fleet, time } = fleets.before({ buckets: [{ routes: [route], limit: 10, windowMs: 2_000, ...beside }] });
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
