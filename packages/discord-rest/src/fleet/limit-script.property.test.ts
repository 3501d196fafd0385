import { RateLimiter } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { testServices, uniqueNamespace } from '@arrakis/testkit';
import fc from 'fast-check';
import { hash } from 'node:crypto';
import { z } from 'zod';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SimulatedFleet, type SimulatedRequest } from '../testing/simulated-fleet.ts';
import { SimulatedTime } from '../testing/simulated-time.ts';

let state: StateManager;
beforeAll(async () => {
  const { redisUrl } = await testServices();
  state = new StateManager({ url: redisUrl, namespace: uniqueNamespace(), applicationId: '1' });
  await state.untilAvailable(AbortSignal.timeout(10_000));
});
afterAll(() => state.close());

let fleets = 0;

const window = fc.constantFrom('fixed' as const, 'sliding' as const);
const quota = fc.record({
  limit: fc.integer({ min: 1, max: 8 }),
  windowMs: fc.integer({ min: 300, max: 4_000 }),
  window,
});

/** What Discord allows, how the network is, and who asks for what. */
const world = fc.record({
  globalLimit: fc.integer({ min: 1, max: 30 }),
  globalWindow: window,
  buckets: fc.array(quota, { minLength: 1, maxLength: 3 }),
  latencyMs: fc.integer({ min: 0, max: 150 }),
  lateness: fc.infiniteStream(fc.oneof({ weight: 20, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(600) })),
  requests: fc.array(
    fc.record({
      afterMs: fc.nat(120),
      route: fc.nat(2),
      major: fc.nat(3),
      lane: fc.constantFrom('normal' as const, 'normal' as const, 'bulk' as const, 'interaction' as const),
      dies: fc.integer({ min: 0, max: 19 }).map((drawn) => drawn === 0),
      patienceMs: fc.constantFrom(500, 3_000, 600_000),
    }),
    { minLength: 5, maxLength: 120 },
  ),
});

/** The most of these moments within any `ms`. */
function mostWithin(ms: number, moments: readonly number[]): number {
  return Math.max(0, ...moments.map((moment) => moments.filter((at) => at <= moment && at > moment - ms).length));
}

const source = `
local found = {}
for _, key in ipairs(redis.call('KEYS', KEYS[1] .. '*')) do
  found[#found + 1] = { key, redis.call('PTTL', key) }
  redis.call('DEL', key)
end
return found`;

/** Deletes what is left of a fleet and returns the keys that would have stayed for ever. */
async function keysWithoutEnd(root: string): Promise<string[]> {
  const reply = await state.scripts.run({ source, sha: hash('sha1', source) }, [root], []);
  const keys = z.array(z.tuple([z.string(), z.number()])).parse(reply);
  return keys.flatMap(([key, ttl]) => (ttl > 0 ? [] : [key]));
}

it('whatever is limited and whoever asks, is late or dies: never more than the limit in any second, everyone is served or told in time, and nothing stays', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ globalLimit, globalWindow, buckets, latencyMs, lateness, requests }) => {
      fleets += 1;
      const time = new SimulatedTime(1_790_000_000_000);
      const discord = new RateLimiter(fleets, () => time.now);
      discord.setLimits({
        global: { limit: globalLimit, window: globalWindow },
        buckets: buckets.map((bucket, index) => ({
          routes: [`GET /guilds/{guild.id}/r${index}`, `GET /webhooks/{interaction.token}/r${index}`],
          ...bucket,
        })),
      });
      const root = state.scripts.key('rest', String(fleets));
      const fleet = new SimulatedFleet({
        time,
        discord,
        scripts: state.scripts,
        root,
        globalLimit,
        random: () => 0,
        latencyMs: [latencyMs, latencyMs],
        latenessMs: () => lateness.next().value ?? 0,
      });
      let at = 0;
      for (const { afterMs, route, major, ...rest } of requests) {
        at += afterMs;
        const resource = rest.lane === 'interaction' ? '/webhooks/{interaction.token}' : '/guilds/{guild.id}';
        const id = `${rest.lane === 'interaction' ? 'i' : 'g'}${major}`;
        const request: SimulatedRequest = {
          method: 'GET',
          template: `${resource}/r${route % buckets.length}`,
          params: { 'guild.id': id, 'interaction.token': id },
          major: id,
          ...rest,
        };
        time.in(at, () => fleet.ask(request));
      }
      await time.run(600_000);

      expect(mostWithin(1_000, fleet.grants)).toBeLessThanOrEqual(globalLimit);
      expect(fleet.rejections.filter((scope) => scope === 'global')).toEqual([]);
      const living = fleet.outcomes.filter(({ request }) => request.dies !== true);
      for (const { request, askedAt, grantedAt, deniedAt } of living) {
        const endedAt = grantedAt ?? deniedAt ?? Infinity;
        // Whoever comes late is told late.
        expect(endedAt - askedAt).toBeLessThanOrEqual(request.patienceMs + 700);
      }
      expect(await keysWithoutEnd(root)).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 120_000);
