import { PrivateRedisCluster, waitFor } from '@arrakis/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StateManager, StateUnavailableError } from './index.ts';

/** Their keys are on different masters. */
const applicationIds = ['1', '2', '3'];
const namespace = 'cluster';

const open: StateManager[] = [];
afterEach(() => {
  for (const state of open.splice(0)) state.close();
});

async function connect(applicationId: string, url: string): Promise<StateManager> {
  const state = new StateManager({ url, namespace, applicationId });
  open.push(state);
  await state.untilAvailable(AbortSignal.timeout(10_000));
  return state;
}

const keyOf = (applicationId: string) => `${namespace}:{${applicationId}}:claim:event`;

/** A claim that works, by a new event each time. */
function claims(state: StateManager) {
  let asked = 0;
  return async () => (await state.claims.claim(`event-${(asked += 1)}`)).outcome === 'claimed';
}

describe('a cluster of which one node is named', () => {
  let cluster: PrivateRedisCluster;
  let url: string;
  beforeAll(async () => {
    cluster = await PrivateRedisCluster.start();
    url = cluster.urls[0] ?? '';
  }, 60_000);
  afterAll(() => cluster[Symbol.asyncDispose]());

  it('has each bot on one of its masters', async () => {
    const masters = await Promise.all(applicationIds.map((id) => cluster.masterOf(keyOf(id))));
    expect(new Set(masters).size).toBeGreaterThan(1);
  });

  it.each(applicationIds)('keeps all that bot %s shares', async (applicationId) => {
    const state = await connect(applicationId, url);
    expect(state.whyUnavailable()).toBeUndefined();
    const claim = await state.claims.claim('event', {});
    if (claim.outcome !== 'claimed') throw new Error(`claimed expected, not ${claim.outcome}`);
    expect(await claim.claim.done()).toBe(true);
    expect((await (await connect(applicationId, url)).claims.claim('event')).outcome).toBe('done');

    const request = { name: 'window', id: 'a', limit: 1, windowMs: 10_000 };
    expect(await state.windows.take(request)).toEqual({ taken: true });
    expect(await state.windows.take({ ...request, id: 'b' })).toMatchObject({ taken: false });

    const member = state.leases.member({ member: 'one', count: 2, recommendedCount: 2 });
    await waitFor(async () => (await member.balance()).granted.length === 2, { what: 'both shards' });
    const session = { sessionId: 's', resumeUrl: 'wss://x.discord.gg', sequence: 3, unavailableGuilds: [] };
    const shard = { id: 0, count: 2 };
    expect(await state.sessions.save([{ shard, fence: member.fenceOf(0) ?? 0, session }])).toEqual([]);
    expect(await state.sessions.load(shard)).toEqual(session);

    await state.guilds.count({ eventId: 'e', guildId: '5', userId: '6', change: 'joined' });
    expect(await state.guilds.read('5')).toMatchObject({ joined: 1 });

    const { scripts } = state;
    const twice = { source: "return redis.call('INCRBY', KEYS[1], ARGV[1])", sha: '0'.repeat(40) };
    expect(await scripts.run(twice, [scripts.sharedKey('address', 'rest')], [2])).toBeGreaterThan(0);
  });
});

describe('a cluster with a password', () => {
  it('is spoken to with that of the URL, on every node', async () => {
    await using cluster = await PrivateRedisCluster.start();
    await cluster.configure('masterauth', 'p@ss,word');
    await cluster.configure('requirepass', 'p@ss,word');
    const url = (cluster.urls[0] ?? '').replace('//', `//:${encodeURIComponent('p@ss,word')}@`);
    for (const applicationId of applicationIds) {
      expect(await claims(await connect(applicationId, url))()).toBe(true);
    }
  }, 60_000);
});

describe('the master of a bot', () => {
  it('that ends is replaced, for those who are there and those who come', async () => {
    await using cluster = await PrivateRedisCluster.start();
    const url = cluster.urls.join(',');
    const state = await connect('1', url);
    const works = claims(state);
    expect(await works()).toBe(true);
    await cluster.end(await cluster.masterOf(keyOf('1')));
    const startedAt = performance.now();
    await expect(works()).rejects.toThrow(StateUnavailableError);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect(state.whyUnavailable()).toBeDefined();
    await waitFor(works, { what: 'its successor', timeoutMs: 20_000 });
    expect(state.whyUnavailable()).toBeUndefined();
    expect((await (await connect('1', url)).claims.claim('another')).outcome).toBe('claimed');
  }, 60_000);

  it('that falls silent is replaced, and left', async () => {
    await using cluster = await PrivateRedisCluster.start();
    const state = await connect('1', cluster.urls.join(','));
    const works = claims(state);
    expect(await works()).toBe(true);
    await cluster.silence(await cluster.masterOf(keyOf('1')), 60);
    await expect(works()).rejects.toThrow(StateUnavailableError);
    await waitFor(works, { what: 'its successor', timeoutMs: 20_000 });
  }, 60_000);
});
