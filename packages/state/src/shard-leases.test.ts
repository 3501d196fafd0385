import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  StateManager,
  StateUnavailableError,
  type FleetMember,
  type Membership,
  type ShardLeaseOptions,
} from './index.ts';

const applicationId = '100';
const open: { close(): void }[] = [];
let namespace: string;
let redis: Redis;

beforeEach(async () => {
  namespace = uniqueNamespace();
  redis = new Redis((await testServices()).redisUrl);
});
afterEach(() => {
  for (const state of open.splice(0)) state.close();
  redis.disconnect();
});

async function connect(options: ShardLeaseOptions = {}): Promise<StateManager> {
  const { redisUrl: url } = await testServices();
  const state = new StateManager({ url, namespace, applicationId, leases: { ttlMs: 60_000, ...options } });
  open.push(state);
  await state.untilAvailable(AbortSignal.timeout(10_000));
  return state;
}

async function fleet(options?: ShardLeaseOptions) {
  const { leases } = await connect(options);
  return (name: string, membership: Partial<Membership> = {}): FleetMember =>
    leases.member({ member: name, count: 8, recommendedCount: 8, ...membership });
}

const key = (name: string) => `${namespace}:{${applicationId}}:${name}`;
const fleetKeys = () => [key('fleet'), key('fleet:members'), key('fleet:pins'), key('fleet:leases')];

/** The shards a member holds. */
function held(member: FleetMember): number[] {
  return Array.from({ length: 32 }, (_, id) => id).filter((id) => member.fenceOf(id) !== undefined);
}

/** A member's turn in which it gives back at once what it should. */
async function turn(member: FleetMember, dead: readonly string[] = []) {
  const balance = await member.balance({ dead });
  for (const id of balance.surrender) await member.release(id);
  return balance;
}

async function rounds(times: number, ...members: readonly FleetMember[]): Promise<void> {
  for (let round = 0; round < times; round += 1) for (const member of members) await turn(member);
}

/** Waits until every member counts as dead. */
const allSilent = () =>
  waitFor(
    async () => {
      const [seconds = 0, micros = 0] = await redis.time();
      const last = await redis.zrange(key('fleet:members'), '+inf', '-inf', 'BYSCORE', 'REV', 'WITHSCORES');
      return Number(last[1]) < seconds * 1_000 + Math.floor(micros / 1_000);
    },
    { what: 'the members to fall silent' },
  );

describe('the leases of a fleet', () => {
  it('are all its first member’s, and shared evenly when others come', async () => {
    const member = await fleet();
    const [one, two, three] = [member('one'), member('two'), member('three')];
    expect((await turn(one)).granted).toHaveLength(8);
    await rounds(2, one, two, three);
    expect([one, two, three].map((each) => held(each).length)).toEqual([3, 2, 3]);
    expect(new Set([one, two, three].flatMap(held))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });

  it('move as little as can be, whatever a newcomer is called', async () => {
    const member = await fleet();
    const [b, c, d] = [member('b'), member('c'), member('d')];
    await rounds(3, b, c, d);
    const before = new Map([b, c, d].map((each) => [each, held(each)]));
    const a = member('a');
    await rounds(3, a, b, c, d);
    const kept = [...before].map(([each, ids]) => ids.filter((id) => each.fenceOf(id) !== undefined).length);
    // 3, 3, 2 become 2, 2, 2 and 2 for the newcomer: two shards move.
    expect(kept.reduce((sum, count) => sum + count)).toBe(6);
    expect(held(a)).toHaveLength(2);
    await rounds(1, d, c, b, a);
    expect([b, c, d].map((each) => held(each).length)).toEqual([2, 2, 2]);
  });

  it('may have run out once their member has not been renewed for as long as it counts as there', async () => {
    const member = await fleet({ ttlMs: 2_000 });
    const one = member('one');
    expect(one.mayHaveRunOut).toBe(true);
    const renewedAt = performance.now();
    await turn(one);
    expect(one.mayHaveRunOut && performance.now() - renewedAt < 2_000).toBe(false);
    await waitFor(() => one.mayHaveRunOut, { what: 'the leases to be uncertain' });
    expect(performance.now() - renewedAt).toBeGreaterThanOrEqual(2_000);
    open.splice(0).forEach((state) => state.close());
    await expect(turn(one)).rejects.toThrow(StateUnavailableError);
    expect(one.mayHaveRunOut).toBe(true);
  });

  it('do not move while everyone stays', async () => {
    const member = await fleet();
    const members = ['x', 'y', 'z'].map((name) => member(name));
    await rounds(2, ...members);
    for (let round = 0; round < 5; round += 1) {
      for (const each of members.toReversed()) {
        expect(await turn(each)).toMatchObject({ granted: [], surrender: [], lost: [] });
      }
    }
  });

  it('are another’s only when the one who leaves has given them back, or is known to be dead', async () => {
    const member = await fleet();
    const [one, two] = [member('one'), member('two')];
    await turn(one);
    const { surrender } = await one.balance();
    expect(surrender).toEqual([]);
    expect((await two.balance()).granted).toEqual([]);
    const asked = await one.balance();
    expect(asked).toMatchObject({ surrender: [7, 6, 5, 4], quota: 4 });
    expect((await two.balance()).granted).toEqual([]);
    await one.release(6);
    expect((await two.balance()).granted.map(({ shardId }) => shardId)).toEqual([6]);
    await one.leave();
    expect((await two.balance()).granted).toHaveLength(7);
    const three = member('three');
    expect((await turn(three, ['two'])).granted).toHaveLength(8);
  });

  it('have a fence that rises with every holder', async () => {
    const member = await fleet();
    const fences: number[] = [];
    for (const name of ['one', 'two', 'three', 'four']) {
      const each = member(name, { pins: [5] });
      await turn(each);
      fences.push(each.fenceOf(5) ?? 0);
      if (name === 'two') await each.leave();
      else await each.release(5);
      await redis.zrem(key('fleet:members'), name);
    }
    expect(fences).toEqual(fences.toSorted((one, other) => one - other));
    expect(new Set(fences).size).toBe(4);
  });

  it('have a fence that rises even when the clock has gone back', async () => {
    const member = await fleet();
    const [one, two] = [member('one'), member('two')];
    await turn(one);
    const ahead = (one.fenceOf(5) ?? 0) * 2;
    await redis.hset(key('fleet:leases'), '5', `${ahead}:`);
    await turn(two, ['one']);
    expect(two.fenceOf(5)).toBe(ahead + 1);
  });

  it('that were lost and are free again are held anew, in a turn of their own', async () => {
    const member = await fleet();
    const [sleeper, other] = [member('sleeper'), member('other')];
    await turn(sleeper);
    await turn(other, ['sleeper']);
    expect(await sleeper.balance({ dead: ['other'] })).toMatchObject({ lost: [0, 1, 2, 3, 4, 5, 6, 7], granted: [] });
    expect((await sleeper.balance()).granted).toHaveLength(8);
  });

  it('run out with their holder, which learns it when it comes back', async () => {
    const member = await fleet({ ttlMs: 300, quietMs: 0 });
    const [sleeper, other] = [member('sleeper'), member('other')];
    await turn(sleeper);
    const fence = sleeper.fenceOf(0) ?? 0;
    expect((await other.balance()).granted).toEqual([]);
    const taken = await waitFor(async () => (await other.balance()).granted.at(0), { what: 'the leases to run out' });
    expect(taken.fence).toBeGreaterThan(fence);
    const back = await sleeper.balance();
    expect(back).toMatchObject({ lost: [0, 1, 2, 3, 4, 5, 6, 7], granted: [] });
    expect(held(sleeper)).toEqual([]);
  });

  it('stay whose they are while nobody has taken them, however long it slept', async () => {
    const member = await fleet({ ttlMs: 50 });
    const sleeper = member('sleeper');
    const { granted } = await turn(sleeper);
    await allSilent();
    expect(await sleeper.balance()).toMatchObject({ lost: [], granted: [] });
    expect(sleeper.fenceOf(7)).toBe(granted.find(({ shardId }) => shardId === 7)?.fence);
  });

  it('that a call has granted whose answer was lost are not kept from others', async () => {
    const { leases } = await connect();
    const membership = { count: 2, recommendedCount: 2 };
    await leases.member({ ...membership, member: 'one' }).balance();
    // The same process, to which that answer never came.
    const again = await leases.member({ ...membership, member: 'one' }).balance();
    expect(again.granted.map(({ shardId }) => shardId)).toEqual([0, 1]);
  });
});

describe('pinned shards', () => {
  it('are given up by those who share, and are no part of what is shared', async () => {
    const member = await fleet();
    const [one, two, pinned] = [member('one'), member('two'), member('pinned', { pins: [0, 1, 2] })];
    await rounds(2, one, two);
    await rounds(2, pinned, one, two);
    expect(held(pinned)).toEqual([0, 1, 2]);
    expect([held(one).length, held(two).length]).toEqual([2, 3]);
    await pinned.leave();
    await rounds(2, one, two);
    expect([held(one).length, held(two).length]).toEqual([4, 4]);
  });

  it('are held by the first of two that are pinned to them, and the second stands by', async () => {
    const member = await fleet();
    const [first, second] = [member('first', { pins: [1, 2] }), member('second', { pins: [2, 3] })];
    await rounds(3, first, second);
    expect([held(first), held(second)]).toEqual([[1, 2], [3]]);
    await turn(second, ['first']);
    expect(held(second)).toEqual([2, 3]);
  });

  it('beyond the shard count are nobody’s', async () => {
    const member = await fleet();
    const pinned = member('pinned', { pins: [7, 8] });
    await turn(pinned);
    expect(held(pinned)).toEqual([7]);
  });
});

describe('the shard count of a fleet', () => {
  it('stays while somebody keeps it: who must have another one waits', async () => {
    const { leases } = await connect();
    const member = (name: string, count: number | 'auto', recommendedCount = 8) =>
      leases.member({ member: name, count, recommendedCount });
    const [one, two] = [member('one', 2), member('two', 2)];
    await rounds(2, one, two);
    const [eight, any] = [member('eight', 8), member('any', 'auto', 16)];
    expect(await eight.balance()).toMatchObject({ waitsForCount: true, count: 2, granted: [] });
    expect(await any.balance()).toMatchObject({ waitsForCount: false, count: 2 });
    await any.leave();
    await one.leave();
    expect(await eight.balance()).toMatchObject({ waitsForCount: true });
    await two.leave();
    expect(await eight.balance()).toMatchObject({ waitsForCount: false, count: 8 });
    expect(held(eight)).toHaveLength(8);
    expect(await leases.count()).toBe(8);
    expect(await turn(one)).toMatchObject({ waitsForCount: true, count: 8 });
  });

  it('outlives the fleet for those who take any, and is the recommended one at first', async () => {
    const { leases } = await connect();
    expect(await leases.count()).toBeUndefined();
    const first = leases.member({ member: 'first', count: 'auto', recommendedCount: 3 });
    expect(await first.balance()).toMatchObject({ count: 3 });
    await first.leave();
    const next = leases.member({ member: 'next', count: 'auto', recommendedCount: 5 });
    expect(await next.balance()).toMatchObject({ count: 3 });
  });

  it('changed while a member slept takes everything from it', async () => {
    const { leases } = await connect();
    const sleeper = leases.member({ member: 'sleeper', count: 2, recommendedCount: 8 });
    await sleeper.balance();
    const other = leases.member({ member: 'other', count: 4, recommendedCount: 8 });
    await other.balance({ dead: ['sleeper'] });
    expect(await sleeper.balance()).toMatchObject({ waitsForCount: true, lost: [0, 1] });
    expect(held(other)).toHaveLength(4);
  });
});

describe('when Redis was away or has forgotten', () => {
  it('those who hold shards keep them: the first to come back takes nothing of the others', async () => {
    const member = await fleet({ ttlMs: 100, quietMs: 5_000 });
    const [one, two, newcomer] = [member('one'), member('two'), member('newcomer')];
    await rounds(3, one, two);
    const before = [held(one), held(two)];
    await allSilent();
    expect(await newcomer.balance()).toMatchObject({ quiet: true, granted: [] });
    await allSilent();
    expect(await one.balance()).toMatchObject({ quiet: true, granted: [], lost: [] });
    expect(await two.balance()).toMatchObject({ granted: [], lost: [] });
    expect([held(one), held(two)]).toEqual(before);
  });

  it('the shard count is kept as well for those who may come back', async () => {
    const { leases } = await connect({ ttlMs: 100, quietMs: 5_000 });
    const holder = leases.member({ member: 'holder', count: 2, recommendedCount: 2 });
    await holder.balance();
    await allSilent();
    const newcomer = leases.member({ member: 'newcomer', count: 4, recommendedCount: 2 });
    expect(await newcomer.balance()).toMatchObject({ quiet: true, waitsForCount: true });
    expect(await holder.balance()).toMatchObject({ count: 2, lost: [] });
  });

  it('what nobody comes back for is taken a moment later', async () => {
    const member = await fleet({ ttlMs: 100, quietMs: 200 });
    await turn(member('gone'));
    await allSilent();
    const newcomer = member('newcomer');
    expect(await newcomer.balance()).toMatchObject({ quiet: true, granted: [] });
    await waitFor(async () => (await newcomer.balance()).granted.length === 8, { what: 'the quiet to be over' });
  });

  it('a memory that is gone is put back by those who hold shards, with their fences', async () => {
    const member = await fleet();
    const [one, two] = [member('one'), member('two')];
    await rounds(3, one, two);
    const before = [held(one), held(two)];
    const fences = before[1]?.map((id) => two.fenceOf(id));
    await redis.del(...fleetKeys());
    expect(await two.balance()).toMatchObject({ quiet: true, granted: [], lost: [] });
    expect(await one.balance()).toMatchObject({ granted: [], lost: [], surrender: [] });
    expect([held(one), held(two)]).toEqual(before);
    expect(held(two).map((id) => two.fenceOf(id))).toEqual(fences);
  });

  it('a newcomer that finds it gone first has to give back what is not free', async () => {
    const member = await fleet();
    const holder = member('holder');
    await turn(holder);
    const fence = holder.fenceOf(3) ?? 0;
    await redis.del(...fleetKeys());
    const newcomer = member('newcomer');
    expect((await newcomer.balance()).granted).toHaveLength(8);
    expect((await holder.balance()).lost).toEqual([]);
    expect(holder.fenceOf(3)).toBeGreaterThan(fence);
    expect((await newcomer.balance()).lost).toHaveLength(8);
  });

  it('a newcomer with another shard count does not make those who hold shards give way', async () => {
    const { leases } = await connect();
    const holder = leases.member({ member: 'holder', count: 'auto', recommendedCount: 2 });
    await holder.balance();
    await redis.del(...fleetKeys());
    const newcomer = leases.member({ member: 'newcomer', count: 'auto', recommendedCount: 4 });
    expect(await newcomer.balance()).toMatchObject({ count: 4 });
    expect(await holder.balance()).toMatchObject({ count: 2, lost: [] });
    expect(await newcomer.balance()).toMatchObject({ count: 2, lost: [0, 1, 2, 3] });
    expect(held(holder)).toEqual([0, 1]);
  });

  it('a failover to what was a moment ago gives nothing back to who has given it up', async () => {
    const member = await fleet();
    const [one, two] = [member('one'), member('two')];
    await one.balance();
    await two.balance();
    const old = await redis.hgetall(key('fleet:leases'));
    await rounds(2, one, two);
    const after = [held(one), held(two)];
    expect(after.map((ids) => ids.length)).toEqual([4, 4]);
    await redis.del(key('fleet:leases'));
    await redis.hset(key('fleet:leases'), old);
    await two.balance();
    expect(await one.balance()).toMatchObject({ lost: [], granted: [], surrender: [] });
    expect(await two.balance()).toMatchObject({ lost: [], granted: [], surrender: [] });
    expect([held(one), held(two)]).toEqual(after);
  });
});

it('every key of a fleet is in one slot, and gone a day after it', async () => {
  const member = await fleet();
  await turn(member('one'));
  await turn(member('pinned', { pins: [1] }));
  const keys = await redis.keys(`*${namespace}*`);
  expect(keys.toSorted()).toEqual(fleetKeys().toSorted());
  for (const each of keys) {
    expect(each).toContain(`{${applicationId}}`);
    expect(await redis.pttl(each)).toBeGreaterThan(86_000_000);
  }
});
