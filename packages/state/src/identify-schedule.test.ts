import { TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateManager, type IdentifyScheduleOptions, type SessionStartLimit } from './index.ts';

const open: StateManager[] = [];
let namespace: string;
beforeEach(() => {
  namespace = uniqueNamespace();
});
afterEach(() => {
  for (const state of open.splice(0)) state.close();
});

const never = new AbortController().signal;
const plenty: SessionStartLimit = { total: 1_000, remaining: 1_000, resetAfterMs: 3_600_000, maxConcurrency: 1 };

interface ProcessOptions extends Partial<IdentifyScheduleOptions> {
  readonly pins: readonly number[];
  readonly url?: string;
  readonly ttlMs?: number;
}

/** A process that holds the leases of its pins. */
async function startProcess(name: string, { pins, url, ttlMs = 60_000, ...options }: ProcessOptions) {
  const redisUrl = url ?? (await testServices()).redisUrl;
  const state = new StateManager({ url: redisUrl, namespace, applicationId: '100', leases: { ttlMs } });
  open.push(state);
  await state.untilAvailable(AbortSignal.timeout(10_000));
  const holder = state.leases.member({ member: name, count: 32, recommendedCount: 32, pins });
  await holder.balance();
  const schedule = state.identifySchedule({ holder, limit: async () => plenty, windowMs: 300, ...options });
  return { state, holder, schedule };
}

/** When a turn was had, in ms; it is then used. */
async function identify(schedule: Awaited<ReturnType<typeof startProcess>>['schedule'], shardId: number) {
  const turn = await schedule.enter(shardId, never);
  const at = performance.now();
  turn.identified();
  return at;
}

describe('turns to identify', () => {
  it('of one bucket come a window apart, over all processes', async () => {
    const one = await startProcess('one', { pins: [0, 1] });
    const two = await startProcess('two', { pins: [2, 3] });
    const times = await Promise.all([
      identify(one.schedule, 0),
      identify(one.schedule, 1),
      identify(two.schedule, 2),
      identify(two.schedule, 3),
    ]);
    const sorted = times.toSorted((a, b) => a - b);
    for (let index = 1; index < sorted.length; index += 1) {
      expect((sorted[index] ?? 0) - (sorted[index - 1] ?? 0)).toBeGreaterThanOrEqual(290);
    }
  });

  it('of different buckets come at once', async () => {
    const limit = async () => ({ ...plenty, maxConcurrency: 16 });
    const one = await startProcess('one', { pins: [0, 1, 2], limit, windowMs: 60_000 });
    const two = await startProcess('two', { pins: [3, 19], limit, windowMs: 60_000 });
    await Promise.all([0, 1, 2].map((id) => identify(one.schedule, id)));
    await identify(two.schedule, 3);
    await expect(two.schedule.enter(19, AbortSignal.timeout(100))).rejects.toThrow('waiting to identify');
  });

  it('that are not used free the bucket at once, and cost nothing', async () => {
    const limit = async () => ({ ...plenty, total: 1, remaining: 1 });
    const { schedule } = await startProcess('one', { pins: [0, 1], limit, windowMs: 60_000 });
    for (let attempt = 0; attempt < 3; attempt += 1) (await schedule.enter(0, never)).abandoned();
    await expect(identify(schedule, 1)).resolves.toBeGreaterThan(0);
  });

  it('of one who gives up waiting go to whoever waits behind', async () => {
    const { schedule } = await startProcess('one', { pins: [0, 1, 2] });
    const first = await schedule.enter(0, never);
    const impatient = schedule.enter(1, AbortSignal.timeout(20));
    const patient = schedule.enter(2, never);
    await expect(impatient).rejects.toThrow('waiting to identify');
    first.abandoned();
    (await patient).identified();
  });

  it('of a process that dies in them run out, and those of one that lives do not', async () => {
    const turnMs = 1_000;
    const dies = await startProcess('dies', { pins: [0], turnMs });
    await dies.schedule.enter(0, never);
    const other = await startProcess('other', { pins: [1], turnMs });
    await expect(other.schedule.enter(1, AbortSignal.timeout(1_500))).rejects.toThrow('waiting to identify');
    dies.state.close();
    const turn = await other.schedule.enter(1, AbortSignal.timeout(10_000));
    turn.identified();
  });

  it('are for the holder of the lease only', async () => {
    const former = await startProcess('former', { pins: [0] });
    const holder = await startProcess('holder', { pins: [0] });
    await holder.holder.balance({ dead: ['former'] });
    // It does not know yet.
    expect(former.holder.fenceOf(0)).toBeDefined();
    const waiting = former.schedule.enter(0, AbortSignal.timeout(1_000));
    await waitFor(() => former.schedule.whyWaiting(), { what: 'an obstacle' });
    expect(former.schedule.whyWaiting()).toMatch(/does not confirm the lease of shard 0/);
    await identify(holder.schedule, 0);
    await expect(waiting).rejects.toThrow('waiting to identify');
    expect(former.schedule.whyWaiting()).toBeUndefined();
  });

  it('are not given without Redis, and it says so', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const { schedule } = await startProcess('one', { pins: [0], url: proxy.rewrite(target.href) });
    proxy.refuse(true);
    proxy.cut();
    const turn = schedule.enter(0, never);
    await waitFor(() => /cannot be told: Redis is not connected/.test(schedule.whyWaiting() ?? ''), {
      what: 'an obstacle',
    });
    proxy.refuse(false);
    (await turn).identified();
  });
});

describe('the daily budget', () => {
  it('is not spent to its end: what waits says why, and goes on when Discord has reset it', async () => {
    let remaining = 51;
    let spent = 0;
    const limit = async () => ({ ...plenty, remaining, resetAfterMs: 1_000 });
    const options = { limit, windowMs: 1, onSpent: () => (spent += 1) };
    const { schedule } = await startProcess('one', { pins: [0, 1], ...options });
    await identify(schedule, 0);
    const waiting = identify(schedule, 1);
    await waitFor(() => /today are spent/.test(schedule.whyWaiting() ?? ''), { what: 'the reason' });
    expect(spent).toBe(1);
    remaining = 1_000;
    await waiting;
    expect(schedule.whyWaiting()).toBeUndefined();
  });

  it('is one for all processes, and an older answer of Discord does not raise it', async () => {
    const limit = async () => ({ ...plenty, remaining: 52 });
    const one = await startProcess('one', { pins: [0], limit, windowMs: 1 });
    const two = await startProcess('two', { pins: [1, 2], limit, windowMs: 1 });
    await identify(one.schedule, 0);
    await two.schedule.learn({ ...plenty, remaining: 52 });
    await identify(two.schedule, 1);
    await expect(two.schedule.enter(2, AbortSignal.timeout(300))).rejects.toThrow('waiting to identify');
  });

  it('is lowered by what Discord says', async () => {
    const { schedule } = await startProcess('one', { pins: [0] });
    await identify(schedule, 0);
    await schedule.learn({ ...plenty, remaining: 10 });
    await expect(schedule.enter(0, AbortSignal.timeout(600))).rejects.toThrow('waiting to identify');
  });

  it('that Discord does not tell now is asked for again', async () => {
    let asked = 0;
    const limit = async () => {
      asked += 1;
      if (asked < 3) throw new Error('Discord is away');
      return plenty;
    };
    const { schedule } = await startProcess('one', { pins: [0], limit });
    await identify(schedule, 0);
    expect(asked).toBe(3);
  });
});
