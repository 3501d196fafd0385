import type { StoredSession } from '@arrakis/gateway';
import { createLog } from '@arrakis/service';
import { StateManager, type FleetMember } from '@arrakis/state';
import { TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, expect, it } from 'vitest';
import { SessionKeeper } from './session-keeper.ts';

const releases: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

/** A shard as far as it is stored. */
class FakeShard {
  readonly id: number;
  session: StoredSession | undefined;

  constructor(id: number, session: StoredSession | undefined) {
    this.id = id;
    this.session = session;
  }

  snapshot(): StoredSession | undefined {
    return this.session;
  }
}

const sessionOf = (sessionId: string, sequence = 1): StoredSession => ({
  sessionId,
  resumeUrl: 'wss://gateway.discord.gg',
  sequence,
  unavailableGuilds: [],
});
const count = 2;

async function setUp() {
  const target = new URL((await testServices()).redisUrl);
  const proxy = await TcpProxy.start(target.hostname, Number(target.port));
  releases.push(() => proxy.stop());
  const state = new StateManager({ url: proxy.rewrite(target.href), namespace: uniqueNamespace(), applicationId: '1' });
  releases.push(() => state.close());
  await state.untilAvailable(AbortSignal.timeout(10_000));
  const join = async (name: string, dead: readonly string[] = []): Promise<FleetMember> => {
    const member = state.leases.member({ member: name, count, recommendedCount: count });
    await member.balance({ dead });
    return member;
  };
  const member = await join('this');
  const refused: number[] = [];
  const lines: string[] = [];
  const keeper = new SessionKeeper({
    sessions: state.sessions,
    log: createLog({ name: 'test', level: 'info', destination: { write: (line) => lines.push(line) } }),
    fenceOf: (shardId) => member.fenceOf(shardId),
    onRefused: (shardId) => refused.push(shardId),
  });
  const keep = (shard: FakeShard) => keeper.keep({ id: shard.id, count }, shard);
  const stored = async (id: number) => (await state.sessions.load({ id, count }))?.sessionId;
  return { state, proxy, join, member, keeper, keep, stored, refused, lines };
}

it('stores what has changed, and tells whose shard is another’s by now', async () => {
  const { join, keeper, keep, stored, refused } = await setUp();
  const [zero, one] = [new FakeShard(0, sessionOf('a')), new FakeShard(1, undefined)];
  keep(zero);
  keep(one);
  expect(await keeper.store()).toBe(true);
  expect([await stored(0), await stored(1)]).toEqual(['a', undefined]);
  await join('other', ['this']);
  zero.session = sessionOf('a', 2);
  one.session = sessionOf('b');
  await keeper.store();
  expect(refused).toEqual([0, 1]);
  expect(await stored(1)).toBeUndefined();
});

it('stores nothing of a shard that is dropped or not held', async () => {
  const { member, keeper, keep, stored } = await setUp();
  const [zero, one] = [new FakeShard(0, sessionOf('a')), new FakeShard(1, sessionOf('b'))];
  keep(zero);
  keep(one);
  keeper.drop(0);
  await member.release(1);
  expect(await keeper.store({ all: true })).toBe(true);
  expect([await stored(0), await stored(1)]).toEqual([undefined, undefined]);
});

it('keeps what is stored of a lost session until its loss is told', async () => {
  const { keeper, keep, stored } = await setUp();
  const shard = new FakeShard(0, sessionOf('lost'));
  keep(shard);
  await keeper.store();
  keeper.hold(shard);
  shard.session = sessionOf('new');
  await keeper.store({ all: true });
  expect(await stored(0)).toBe('lost');
  await keeper.forget(shard);
  expect(await stored(0)).toBeUndefined();
  await keeper.store();
  expect(await stored(0)).toBe('new');
});

it('does not let what is told late of a former shard touch the session of its successor', async () => {
  const { keeper, keep, stored } = await setUp();
  const [former, successor] = [new FakeShard(0, sessionOf('lost')), new FakeShard(0, sessionOf('new'))];
  keep(former);
  keeper.hold(former);
  keep(successor);
  await keeper.store();
  await keeper.forget(former);
  expect(await stored(0)).toBe('new');
});

it('keeps sessions in memory while Redis is away, says so once, and stores them when it is back', async () => {
  const { state, proxy, keeper, keep, stored, lines } = await setUp();
  keep(new FakeShard(0, sessionOf('a')));
  proxy.refuse(true);
  proxy.cut();
  await waitFor(() => state.whyUnavailable() !== undefined, { what: 'the loss' });
  expect([await keeper.store(), await keeper.store()]).toEqual([false, false]);
  expect(lines.filter((line) => line.includes('cannot be stored'))).toHaveLength(1);
  proxy.refuse(false);
  await state.untilAvailable(AbortSignal.timeout(10_000));
  expect(await keeper.store()).toBe(true);
  expect(await stored(0)).toBe('a');
});

it('tells from where a successor could resume', async () => {
  const { state, proxy, keeper, keep } = await setUp();
  const restored = new FakeShard(0, sessionOf('restored', 7));
  const opened = new FakeShard(1, undefined);
  keep(restored);
  keep(opened);
  opened.session = sessionOf('opened', 1);
  restored.session = sessionOf('restored', 9);
  const resumable = () => [keeper.resumableFrom(0, 'restored'), keeper.resumableFrom(1, 'opened')];
  expect(resumable()).toEqual([7, undefined]);
  await keeper.store();
  expect(resumable()).toEqual([9, 1]);
  proxy.refuse(true);
  proxy.cut();
  await waitFor(() => state.whyUnavailable() !== undefined, { what: 'the loss' });
  await keeper.store({ all: true });
  expect(resumable()).toEqual([Infinity, Infinity]);
});
