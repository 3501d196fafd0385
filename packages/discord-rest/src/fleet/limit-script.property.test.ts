import { RateLimiter } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { startRedisVariant, testServices, uniqueNamespace, type VariantServer } from '@arrakis/testkit';
import fc from 'fast-check';
import { hash } from 'node:crypto';
import { z } from 'zod';
import { expect, it } from 'vitest';
import { SimulatedFleet, type Outcome, type SimulatedRequest } from '../testing/simulated-fleet.ts';
import { SimulatedTime } from '../testing/simulated-time.ts';

/** How often each server is tried. */
const runs = 60;

let fleets = 0;

const window = fc.constantFrom('fixed' as const, 'sliding' as const);
const quota = fc.record({
  limit: fc.integer({ min: 1, max: 8 }),
  windowMs: fc.integer({ min: 300, max: 4_000 }),
  window,
  hashChangesEveryMs: fc.option(fc.integer({ min: 100, max: 3_000 }), { nil: undefined }),
});

/** What one in forty requests each comes to. */
const fates = [{ dies: true }, { dies: true }, { leaves: true }, { unsent: true }, { unanswered: true }];

/** What Discord allows, how the network is, and who asks for what. */
const worlds = fc.record({
  /** When Discord's windows begin. */
  phases: fc.nat(),
  globalLimit: fc.integer({ min: 1, max: 30 }),
  globalWindow: window,
  buckets: fc.array(quota, { minLength: 1, maxLength: 3, size: 'max' }),
  latencyMs: fc.integer({ min: 0, max: 150 }),
  busy: fc.boolean(),
  lateness: fc.infiniteStream(fc.oneof({ weight: 20, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(600) })),
  requests: fc.array(
    fc.record({
      afterMs: fc.nat(120),
      route: fc.nat(2),
      major: fc.nat(3),
      lane: fc.constantFrom('normal' as const, 'normal' as const, 'bulk' as const, 'interaction' as const),
      fate: fc.integer({ min: 0, max: 39 }).map((drawn) => fates[drawn]),
      patienceMs: fc.constantFrom(500, 3_000, 600_000),
    }),
    { minLength: 5, maxLength: 200, size: 'max' },
  ),
});

/** The most of these moments within any `ms`. */
function mostWithin(ms: number, moments: readonly number[]): number {
  return Math.max(0, ...moments.map((moment) => moments.filter((at) => at <= moment && at > moment - ms).length));
}

type World = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;

/** How long anything is remembered at most, in ms: what is known of a route. */
const memoryMs = 86_400_000;

const source = `
local found = {}
for _, key in ipairs(redis.call('KEYS', KEYS[1] .. '*')) do
  found[#found + 1] = { key, redis.call('PTTL', key) }
  redis.call('DEL', key)
end
return found`;

/** Deletes what is left of a fleet and returns the keys, with how long they would have stayed, in ms. */
async function keysLeft({ scripts }: StateManager, root: string): Promise<readonly [string, number][]> {
  const reply = await scripts.run({ source, sha: hash('sha1', source) }, [root], []);
  return z.array(z.tuple([z.string(), z.number()])).parse(reply);
}

/** The fleet of a world, when everything in it is over. */
async function lived({ scripts }: StateManager, root: string, drawn: World): Promise<SimulatedFleet> {
  const { phases, globalLimit, globalWindow, buckets, latencyMs, busy, lateness, requests } = drawn;
  const time = new SimulatedTime(1_790_000_000_000);
  const discord = new RateLimiter(phases, () => time.now);
  discord.setLimits({
    global: { limit: globalLimit, window: globalWindow },
    buckets: buckets.map((bucket, index) => ({
      routes: [`GET /guilds/{guild.id}/r${index}`, `GET /webhooks/{interaction.token}/r${index}`],
      ...bucket,
    })),
  });
  const fleet = new SimulatedFleet({
    time,
    discord,
    scripts,
    root,
    globalLimit,
    random: () => 0,
    latencyMs: [latencyMs, latencyMs],
    busy,
    latenessMs: () => lateness.next().value ?? 0,
  });
  let at = 0;
  for (const request of requests) {
    at += request.afterMs;
    time.in(at, () => fleet.ask(simulated(request, buckets.length)));
  }
  await time.run(600_000);
  return fleet;
}

function simulated({ route, major, fate, ...rest }: World['requests'][number], routes: number): SimulatedRequest {
  const resource = rest.lane === 'interaction' ? '/webhooks/{interaction.token}' : '/guilds/{guild.id}';
  const id = `${rest.lane === 'interaction' ? 'i' : 'g'}${major}`;
  const params = { 'guild.id': id, 'interaction.token': id };
  return { method: 'GET', template: `${resource}/r${route % routes}`, params, major: id, ...rest, ...fate };
}

/** Whoever comes late is told late; in ms. */
const tardinessMs = 700;

/** What one request of a bucket takes at most when nothing else is in the way: a window, and a probe that died. */
function longestTurn({ buckets, latencyMs }: World): number {
  return Math.max(...buckets.map(({ windowMs }) => windowMs)) + latencyMs + 2_000 + tardinessMs;
}

/**
 * When a request has been served at the latest, in ms: after all others of its bucket, a window each, and after all others
 * at all, a place of the global limit each. Whoever is passed over again and again waits longer.
 */
function fairShare({ request }: Outcome, world: World, outcomes: readonly Outcome[]): number {
  const rivals = outcomes
    .filter((other) => other.request.major === request.major)
    // What no answer tells of takes a place of the next window as well.
    .reduce((sum, other) => sum + (other.request.unanswered === true ? 2 : 1), 0);
  // Bulk requests have a tenth of the limit, and one place at least.
  const places = Math.max(1, Math.floor(request.lane === 'bulk' ? world.globalLimit / 10 : world.globalLimit));
  return rivals * longestTurn(world) + Math.ceil(outcomes.length / places) * (1_020 + tardinessMs);
}

/** Undefined without a container engine. */
async function serverOf(image: (typeof servers)[number]): Promise<VariantServer | undefined> {
  if (image !== 'the Redis of all tests') return startRedisVariant({ image, cluster: false });
  const { redisUrl } = await testServices();
  return { url: redisUrl, [Symbol.asyncDispose]: async () => undefined };
}

const servers = ['the Redis of all tests', 'redis:7-alpine', 'valkey/valkey:8-alpine'] as const;

it.for(servers)(
  'on %s, whatever is limited and whoever asks, is late, leaves or dies: no limit is ever exceeded, everyone is served or told in time, and nothing stays',
  { timeout: 120_000 },
  async (image, { skip }) => {
    await using server = await serverOf(image);
    if (server === undefined) return skip('there is no container engine');
    const state = new StateManager({ url: server.url, namespace: uniqueNamespace(), applicationId: '1' });
    await state.untilAvailable(AbortSignal.timeout(10_000));
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        fleets += 1;
        const root = state.scripts.key('rest', String(fleets));
        const fleet = await lived(state, root, world);
        expect(mostWithin(1_000, fleet.grants)).toBeLessThanOrEqual(world.globalLimit);
        const living = fleet.outcomes.filter(({ request }) => request.dies !== true);
        const dead = fleet.outcomes.filter(
          ({ request, grantedAt }) => request.dies === true && grantedAt !== undefined,
        );
        const unanswered = fleet.outcomes.filter(({ request, probe }) => request.unanswered === true && probe);
        // What nobody has lived to tell of a route, or was told, the next has to find out once more. And a route whose first
        // answer comes at the end of a window seems to have very short ones, until the next answer.
        const inVain = dead.length + unanswered.length;
        expect(fleet.rejections.length).toBeLessThanOrEqual(inVain + 2 * world.buckets.length);
        expect(fleet.rejections).not.toContain('global');
        for (const outcome of living) {
          const { request, askedAt, grantedAt, deniedAt, gaveUpAt } = outcome;
          const tookMs = (grantedAt ?? deniedAt ?? gaveUpAt ?? Infinity) - askedAt;
          expect(tookMs).toBeLessThanOrEqual(request.patienceMs + tardinessMs);
          expect(tookMs).toBeLessThanOrEqual(fairShare(outcome, world, fleet.outcomes));
        }
        const keys = await keysLeft(state, root);
        expect(keys.filter(([, ttl]) => ttl <= 0 || ttl > memoryMs)).toEqual([]);
      }),
      // Making a failure small takes long.
      { numRuns: runs, plugins: [fc.interruptAfterTimeLimit(60_000, { failOnInterrupt: true })] },
    );
    state.close();
  },
);
