import { startSimulator, type LimitOptions, type Simulator } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { PrivateRedis, PrivateRedisCluster, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { hash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { DiscordRest, DiscordRestError, type RestEvent } from '../index.ts';

const releases: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

interface Fleet {
  readonly discord: Simulator;
  readonly workers: readonly DiscordRest[];
  readonly events: readonly RestEvent[];
  readonly guildId: string;
  readonly userId: string;
  readonly scripts: StateManager['scripts'];
}

/** All keys with their values, whatever they are. */
const everything = `
local kept = {}
for _, key in ipairs(redis.call('KEYS', KEYS[1] .. '*')) do
  local kind = redis.call('TYPE', key).ok
  local value = kind == 'string' and redis.call('GET', key)
    or kind == 'hash' and redis.call('HGETALL', key) or redis.call('ZRANGE', key, 0, -1)
  kept[#kept + 1] = { key, value }
end
return kept`;

/** Workers of one bot, each with a connection of its own to Redis. */
async function fleetOf(size: number, limits: LimitOptions, redisUrl?: string): Promise<Fleet> {
  const discord = await startSimulator({ guilds: 1 });
  releases.push(() => discord.stop());
  discord.rest.setLimits(limits);
  const [bot] = discord.bots;
  const guildId = discord.world.guilds[0] ?? '';
  if (bot === undefined) throw new Error('the simulator has a bot');
  const events: RestEvent[] = [];
  const namespace = uniqueNamespace();
  const url = redisUrl ?? (await testServices()).redisUrl;
  const workers: DiscordRest[] = [];
  const states: StateManager[] = [];
  for (let index = 0; index < size; index += 1) {
    const { applicationId, token } = bot;
    const state = new StateManager({ url, namespace, applicationId });
    releases.push(() => state.close());
    await state.untilAvailable(AbortSignal.timeout(10_000));
    states.push(state);
    const { scripts } = state;
    const onEvent = (event: RestEvent) => void events.push(event);
    const rest = new DiscordRest({ apiUrl: discord.apiUrl, applicationId, token, scripts, onEvent });
    releases.push(() => rest.close(0));
    workers.push(rest);
  }
  const userId = discord.world.guild(guildId).members[0]?.user.id ?? '';
  const [first] = states;
  if (first === undefined) throw new Error('a fleet has a worker');
  return { discord, workers, events, guildId, userId, scripts: first.scripts };
}

const memberRoute = 'GET /guilds/{guild.id}/members/{user.id}';
const wide = { routes: [memberRoute], limit: 10_000, windowMs: 1_000 };
const connectivity = (events: readonly RestEvent[]) =>
  events.flatMap((event) => (event.type === 'limiter' ? [event.state] : []));

/** Every worker asks again and again, `inFlight` at a time, until the time is over. Returns how many were answered. */
async function saturate(
  { workers, guildId, userId }: Fleet,
  options: { ms: number; inFlight: number; stop?: AbortSignal },
): Promise<number> {
  const until = Date.now() + options.ms;
  const counts = await Promise.all(
    workers.flatMap((worker) =>
      Array.from({ length: options.inFlight }, async () => {
        let answered = 0;
        while (Date.now() < until && options.stop?.aborted !== true) {
          await worker.getGuildMember(guildId, userId);
          answered += 1;
        }
        return answered;
      }),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

describe('a fleet', () => {
  it('that wants more than the global limit gets all of it, and is not refused', async () => {
    const fleet = await fleetOf(3, { buckets: [wide] });
    const answered = await saturate(fleet, { ms: 4_000, inFlight: 30 });
    const { rateLimited } = fleet.discord.rest.statistics();
    // Each for itself they would be refused two times of three. None is, unless the machine stops this process for long.
    expect(rateLimited.global).toBeLessThan(0.1 * answered);
    expect(answered).toBeGreaterThanOrEqual(4 * 40);
  });

  it('shares a bucket', async () => {
    const fleet = await fleetOf(3, { buckets: [{ routes: [memberRoute], limit: 4, windowMs: 500 }] });
    await saturate(fleet, { ms: 2_500, inFlight: 4 });
    const { rateLimited, requests } = fleet.discord.rest.statistics();
    expect(rateLimited.user).toBeLessThan(0.1 * requests);
  });

  it('takes no route for one without limits because its first answer was a 502', async () => {
    const fleet = await fleetOf(1, { buckets: [{ routes: [memberRoute], limit: 4, windowMs: 500 }] });
    const { discord, workers, guildId, userId } = fleet;
    discord.rest.addFault({ status: 502, times: 1 });
    await Promise.all(Array.from({ length: 10 }, async () => workers[0]?.getGuildMember(guildId, userId)));
    expect(discord.rest.statistics()).toMatchObject({ statuses: { 200: 10, 502: 1 }, rateLimited: { user: 0 } });
  });

  it('lets interactions pass while the global limit is used up', async () => {
    const fleet = await fleetOf(1, { buckets: [wide] });
    const [rest] = fleet.workers;
    const { discord, guildId, userId } = fleet;
    await rest?.overwriteCommands([{ name: 'use', description: 'x' }]);
    const load = saturate(fleet, { ms: 1_500, inFlight: 120 });
    await waitFor(() => discord.rest.statistics().requests > 50, { what: 'the load' });
    const startedAt = performance.now();
    await rest?.deferReply(discord.interactions.slash({ guildId, userId, name: 'use' }));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await load;
  });
});

describe('Redis', () => {
  it('holds no token, in no key and no value', async () => {
    const { workers, discord, guildId, userId, scripts } = await fleetOf(1, {});
    const [rest] = workers;
    if (rest === undefined) throw new Error('there is a worker');
    await rest.overwriteCommands([{ name: 'use', description: 'x' }]);
    const interaction = discord.interactions.slash({ guildId, userId, name: 'use' });
    await rest.deferReply(interaction);
    await Promise.all(
      ['1', '2', '3', '4', '5', '6', '7'].map((content) => rest.sendFollowup(interaction, { content })),
    );
    await rest.editOriginal(interaction, { content: 'x' });
    const kept = JSON.stringify(
      await scripts.run({ source: everything, sha: hash('sha1', everything) }, [scripts.key('rest')], []),
    );
    expect(kept).toContain('/webhooks/{application.id}/{interaction.token}');
    expect(kept).not.toContain(interaction.token);
    expect(kept).not.toContain(discord.bots[0]?.token);
  });
});

describe('waiting', () => {
  const oneAMinute = { buckets: [{ routes: [memberRoute], limit: 1, windowMs: 60_000 }] };

  it('that would last too long is refused at once, for every worker', async () => {
    const { workers, guildId, userId, discord } = await fleetOf(2, oneAMinute);
    const [one, other] = workers;
    await one?.getGuildMember(guildId, userId);
    const failure: unknown = await other?.getGuildMember(guildId, userId).catch((cause: unknown) => cause);
    expect(failure).toBeInstanceOf(DiscordRestError);
    expect(failure).toMatchObject({ kind: 'rate-limited', retryable: true });
    expect(discord.rest.statistics().rateLimited.user).toBe(0);
  });

  it('ends with the signal', async () => {
    const { workers, guildId, userId } = await fleetOf(1, oneAMinute);
    const [rest] = workers;
    await rest?.getGuildMember(guildId, userId);
    const stop = new AbortController();
    const deadline = Date.now() + 120_000;
    const waiting = rest?.getGuildMember(guildId, userId, { deadline, signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
  });
});

describe('a cluster', () => {
  it('that gives the limits to another node keeps them', async () => {
    await using cluster = await PrivateRedisCluster.start();
    const fleet = await fleetOf(2, { buckets: [wide] }, cluster.urls.join(','));
    const { discord, scripts } = fleet;
    const over = new AbortController();
    const load = saturate(fleet, { ms: 40_000, inFlight: 30, stop: over.signal });
    await waitFor(() => discord.rest.statistics().requests > 60, { what: 'the load' });
    const root = scripts.key('rest');
    const master = await cluster.move(root);
    expect(await cluster.masterOf(root, master)).toBe(master);
    const requests = discord.rest.statistics().requests;
    await waitFor(() => discord.rest.statistics().requests - requests > 60, { what: 'the load to go on' });
    over.abort();
    await load;
    expect(discord.rest.statistics().rateLimited).toMatchObject({ user: 0, global: 0 });
  }, 60_000);

  it('whose master ends keeps the limits together again, with its successor', async () => {
    await using cluster = await PrivateRedisCluster.start();
    const fleet = await fleetOf(2, { buckets: [wide] }, cluster.urls.join(','));
    const { discord, events, scripts } = fleet;
    const load = saturate(fleet, { ms: 9_000, inFlight: 30 });
    await waitFor(() => discord.rest.statistics().requests > 60, { what: 'the load' });
    const states = (wanted: string) => connectivity(events).filter((state) => state === wanted).length;
    await cluster.end(await cluster.masterOf(scripts.key('rest')));
    await waitFor(() => states('down') === 2, { what: 'both to notice' });
    await waitFor(() => states('up') >= 2, { what: 'both to find the successor', timeoutMs: 20_000 });
    const answered = await load;
    expect(discord.rest.statistics().rateLimited.global / answered).toBeLessThan(0.05);
  }, 60_000);
});

describe('an aborted call', () => {
  it('gives back at once what was surely not sent', async () => {
    const fleet = await fleetOf(2, { buckets: [{ routes: [memberRoute], limit: 1, windowMs: 60_000 }] });
    const { discord, guildId, userId } = fleet;
    const [one, other] = fleet.workers;
    // The limit is learned, by another guild's bucket.
    await one?.getGuildMember('1', userId).catch(() => undefined);
    const before = discord.rest.statistics().requests;
    const stop = new AbortController();
    const aborted = one?.getGuildMember(guildId, userId, { signal: stop.signal });
    // Redis has been asked, and gives the only place.
    setImmediate(() => setImmediate(() => stop.abort()));
    await expect(aborted).rejects.toMatchObject({ kind: 'aborted' });
    expect(discord.rest.statistics().requests).toBe(before);
    const startedAt = performance.now();
    await waitFor(() => other?.getGuildMember(guildId, userId), { what: 'the place' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(discord.rest.statistics().rateLimited.user).toBe(0);
  });
});

describe('a body that is no JSON', () => {
  it('gives its place back', async () => {
    const route = 'POST /channels/{channel.id}/messages';
    const fleet = await fleetOf(1, { buckets: [{ routes: [route], limit: 2, windowMs: 60_000 }] });
    const [rest] = fleet.workers;
    const channelId = fleet.discord.world.guild(fleet.guildId).channelNamed('general').id;
    const endless: Record<string, unknown> = {};
    endless['itself'] = endless;
    const post = (nonce: string, extra: object = {}) =>
      rest?.createMessage(channelId, { content: 'x', ...extra }, { nonce, deadline: Date.now() + 5_000 });
    await post('first');
    for (let index = 0; index < 5; index += 1) {
      await expect(post('none', { endless })).rejects.toMatchObject({ kind: 'invalid' });
    }
    await waitFor(() => post('second'), { what: 'the place', timeoutMs: 5_000 });
  });
});

describe('without Redis', () => {
  it.each(['killed', 'frozen'] as const)(
    '(%s) requests go on at a share of the limit, and together again afterwards',
    async (how) => {
      await using redis = await PrivateRedis.start();
      const fleet = await fleetOf(2, { buckets: [wide] }, redis.url);
      const { discord, events, guildId, userId } = fleet;
      await fleet.workers[0]?.overwriteCommands([{ name: 'use', description: 'x' }]);
      const load = saturate(fleet, { ms: 7_000, inFlight: 30 });
      await waitFor(() => discord.rest.statistics().requests > 60, { what: 'the load' });
      if (how === 'killed') await redis.end('killed');
      else await redis.freeze(true);
      const down = () => connectivity(events).filter((state) => state === 'down').length === 2;
      await waitFor(down, { what: 'both to notice' });
      const startedAt = performance.now();
      await fleet.workers[0]?.deferReply(discord.interactions.slash({ guildId, userId, name: 'use' }));
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      const before = discord.rest.statistics().requests;
      const aloneAt = performance.now();
      // Two seconds' worth of the share: at once a part of it, if little was let in just before, and the last after two windows.
      await waitFor(() => discord.rest.statistics().requests - before >= 80, { what: 'the share', timeoutMs: 4_000 });
      expect(performance.now() - aloneAt).toBeGreaterThan(900);
      if (how === 'killed') await redis.start({ empty: true });
      else await redis.freeze(false);
      await waitFor(() => connectivity(events).at(-1) === 'up', { what: 'Redis to be found again' });
      const answered = await load;
      const { rateLimited } = discord.rest.statistics();
      expect(rateLimited.global / answered).toBeLessThan(0.05);
    },
  );
});
