import type { RateLimiter } from '@arrakis/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrivedOf, Fleets, get, route } from '../testing/fleets.ts';
import type { SimulatedFleet, SimulatedRequest } from '../testing/simulated-fleet.ts';

let fleets: Fleets;
beforeAll(async () => {
  fleets = await Fleets.start();
});
afterAll(() => fleets.close());

describe('a hot bucket', () => {
  const kinds = [
    ['sliding', 5, 5_000],
    ['fixed', 10, 10_000],
    ['sliding', 5, 2_000],
    ['fixed', 2, 1_000],
  ] as const;
  const networks = [
    [20, 80],
    // Whatever is sent together arrives at the same moment.
    [50, 50],
  ] as const;
  const cases = kinds.flatMap((kind) => networks.map((latencyMs) => [...kind, latencyMs] as const));
  it.each(cases)('with a %s window of %i in %i ms is used to 90 % without a 429, %o ms away', async (...kind) => {
    const [window, limit, windowMs, latencyMs] = kind;
    const { fleet, time } = fleets.before({ buckets: [{ routes: [route], limit, windowMs, window }] }, { latencyMs });
    const possible = (60_000 * limit) / windowMs;
    for (let index = 0; index < 1.3 * possible; index += 1) fleet.ask(get('1'));
    await time.run(60_000);
    expect(fleet.rejections).toEqual([]);
    expect(arrivedOf(fleet.outcomes).length).toBeGreaterThanOrEqual(0.9 * possible);
  });
});

describe('a bucket that fills again bit by bit', () => {
  const sliding = { routes: [route], limit: 5, windowMs: 5_000, window: 'sliding' as const };

  it('is not overrun when the answer is lost of what was counted last', async () => {
    const { fleet, time } = fleets.before({ buckets: [sliding] }, { latencyMs: [50, 50] });
    const ask = (count: number, options: Partial<SimulatedRequest> = {}) => {
      for (let index = 0; index < count; index += 1) fleet.ask(get('1', options));
    };
    ask(1);
    time.in(6_000, () => ask(4));
    time.in(6_001, () => ask(1, { unanswered: true }));
    time.in(6_500, () => ask(10));
    await time.run(60_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(16);
    expect(fleet.rejections).toEqual([]);
  });

  it('is not overrun when the last answers are lost one after the other', async () => {
    const { fleet, time } = fleets.before({ buckets: [sliding] }, { latencyMs: [50, 50] });
    const ask = (count: number, options: Partial<SimulatedRequest> = {}) => {
      for (let index = 0; index < count; index += 1) fleet.ask(get('1', options));
    };
    ask(1);
    time.in(6_000, () => ask(4));
    time.in(7_000, () => ask(1, { unanswered: true }));
    time.in(7_500, () => ask(1, { unanswered: true }));
    time.in(10_100, () => ask(10));
    await time.run(60_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(17);
    expect(fleet.rejections).toEqual([]);
  });

  it('gives each place as it comes back', async () => {
    const { fleet, time } = fleets.before({ buckets: [sliding] });
    fleet.ask(get('1'));
    time.in(6_000, () => {
      for (let index = 0; index < 20; index += 1) fleet.ask(get('1'));
    });
    await time.run(30_000);
    expect(fleet.rejections).toEqual([]);
    const waited = fleet.outcomes.slice(1).map(({ askedAt, grantedAt }) => (grantedAt ?? Infinity) - askedAt);
    for (const [index, ms] of waited.toSorted((one, other) => one - other).entries()) {
      // Five at once, then one a second.
      expect(ms).toBeLessThanOrEqual(Math.max(0, index - 4) * 1_000 + 150);
    }
  });

  it('is tried by one request ahead of the others where a limit beside it was met at another resource', async () => {
    const shared = { limit: 1, windowMs: 1_000, window: 'fixed' } as const;
    const { fleet, time } = fleets.before({ buckets: [{ ...sliding, shared }] }, { latencyMs: [50, 50] });
    fleet.ask(get('1'));
    time.in(6_000, () => {
      for (let index = 0; index < 5; index += 1) fleet.ask(get('1'));
    });
    await time.run(6_200);
    expect(fleet.rejections).toEqual(['shared', 'shared', 'shared', 'shared']);
    for (let index = 0; index < 5; index += 1) fleet.ask(get('2'));
    await time.run(85);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(3);
    expect(fleet.rejections).toHaveLength(4);
  });
});

describe('a bucket whose windows are fixed', () => {
  it('is not overrun when its route was known by the end of a window only, and answers are slow', async () => {
    const buckets = [{ routes: [route], limit: 2, windowMs: 1_000, window: 'fixed' as const }];
    for (let round = 0; round < 10; round += 1) {
      const { fleet, time } = fleets.before({ buckets }, { latencyMs: [200, 400] });
      for (let index = 0; index < 64; index += 1) fleet.ask(get(String(index % 8)));
      await time.run(6_000);
      expect(fleet.rejections).toEqual([]);
      expect(arrivedOf(fleet.outcomes)).toHaveLength(64);
    }
  });

  it('loses the place of an answer that was lost, and none of the next window', async () => {
    const { fleet, time } = fleets.before({
      buckets: [{ routes: [route], limit: 5, windowMs: 5_000, window: 'fixed', hashChangesEveryMs: 3_000 }],
    });
    fleet.ask(get('1'));
    time.in(6_000, () => {
      for (let index = 0; index < 30; index += 1) fleet.ask(get('1', { unanswered: index % 10 === 4 }));
    });
    await time.run(33_000);
    expect(fleet.rejections).toEqual([]);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(31);
  });
});

describe('routes that share a bucket', () => {
  it('share it when each was first asked under another hash', async () => {
    const bans = { template: '/guilds/{guild.id}/bans' };
    const { fleet, time } = fleets.before({
      buckets: [
        {
          routes: [route, `GET ${bans.template}`],
          limit: 5,
          windowMs: 2_000,
          window: 'fixed',
          hashChangesEveryMs: 4_000,
        },
      ],
    });
    fleet.ask(get('1'));
    time.in(6_000, () => fleet.ask(get('2', bans)));
    // Under the same hash as the other route.
    time.in(6_500, () => fleet.ask(get('2')));
    time.in(12_000, () => {
      for (let index = 0; index < 40; index += 1) fleet.ask(get('3', index % 2 === 0 ? bans : {}));
    });
    await time.run(40_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(43);
    expect(fleet.rejections).toEqual([]);
  });
});

describe.each(['fixed', 'sliding'] as const)('hot buckets of %s windows', (window) => {
  /** Eight of them while hashes change, one answer in 67 is lost and others use up a limit beside them. */
  async function used(ms: number): Promise<{ fleet: SimulatedFleet; discord: RateLimiter }> {
    const shared = { limit: 1_000, windowMs: 2_000, window: 'fixed', usedUpEveryMs: 30_000 } as const;
    const rule = { routes: [route], limit: 5, windowMs: 5_000, window, hashChangesEveryMs: 3_000, shared };
    const { fleet, time, discord } = fleets.before({ buckets: [rule] });
    for (let index = 0; index < ms / 110; index += 1) {
      const request = get(String(index % 8), { unanswered: index % 67 === 66 });
      time.in(Math.max(0, index - 96) * 110, () => fleet.ask(request));
    }
    await time.run(ms);
    return { fleet, discord };
  }

  it('are never overrun when little is known of them yet', async () => {
    for (let round = 0; round < 12; round += 1) expect((await used(25_000)).fleet.rejections).not.toContain('user');
  });

  it('are used to 90 %, and to 98 % of what others leave, and what they have used up is met by few', async () => {
    const { fleet, discord } = await used(120_000);
    expect(fleet.rejections).not.toContain('user');
    expect(arrivedOf(fleet.outcomes).length).toBeGreaterThanOrEqual(0.9 * 8 * 120);
    const left = 8 * 120 - discord.usedUpByOthers;
    expect(arrivedOf(fleet.outcomes).length).toBeGreaterThanOrEqual(0.98 * left);
    // In each of eight buckets others do so about four times.
    expect(fleet.rejections.length).toBeLessThanOrEqual(1.5 * 8 * 4);
  });
});

describe('a bucket', () => {
  it('is given first come, first served', async () => {
    const { fleet, time } = fleets.before({ buckets: [{ routes: [route], limit: 3, windowMs: 1_000 }] });
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

describe('a limit beside the bucket', () => {
  it('that the first request of a route meets holds up no other resource', async () => {
    const shared = { limit: 1, windowMs: 20_000, window: 'fixed' } as const;
    const { fleet, time, discord } = fleets.before(
      { buckets: [{ routes: [route], limit: 10, windowMs: 1_000, shared }] },
      { latencyMs: [50, 50] },
    );
    // Another bot has used it up.
    discord.take({ ...get('1'), body: undefined, identity: 'other' });
    fleet.ask(get('1'));
    time.in(100, () => fleet.ask(get('1')));
    time.in(200, () => fleet.ask(get('2')));
    await time.run(400);
    expect(fleet.rejections).toEqual(['shared']);
    expect(arrivedOf(fleet.outcomes).map(({ request }) => request.major)).toEqual(['2']);
  });

  it.each(['subLimit', 'shared'] as const)('(%s) lets one at a time try after it was met', async (kind) => {
    const bucket = {
      routes: [route],
      limit: 10,
      windowMs: 1_000,
      [kind]: { limit: 2, windowMs: 5_000, window: 'fixed' },
    };
    const { fleet, time } = fleets.before({ buckets: [bucket] });
    for (let index = 0; index < 12; index += 1) fleet.ask(get('1'));
    fleet.ask(get('2'));
    await time.run(40_000);
    expect(arrivedOf(fleet.outcomes)).toHaveLength(13);
    // All those under way when it was met, and then few.
    expect(fleet.rejections.length).toBeLessThanOrEqual(20);
  });
});
