import { StateManager } from '@arrakis/state';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { session, SessionContendedError, testContext, type BotState } from '../index.ts';

interface Implementation {
  readonly state: BotState;
  /** Lets time pass. */
  readonly pass: (ms: number) => Promise<void> | void;
}

let redis: StateManager;
beforeAll(async () => {
  const { redisUrl: url } = await testServices();
  redis = new StateManager({ url, namespace: uniqueNamespace(), applicationId: '100000000000000001' });
  await waitFor(() => redis.whyUnavailable() === undefined, { what: 'Redis' });
});
afterAll(() => redis.close());

const implementations: readonly [string, () => Implementation][] = [
  [
    'in Redis',
    () => ({
      state: { sessions: redis.handlerSessions, limits: redis.windows, guilds: redis.guilds },
      pass: (ms) => delay(ms),
    }),
  ],
  [
    'of a test',
    () => {
      const test = testContext([]);
      return { state: test.state, pass: (ms) => test.advance(ms) };
    },
  ],
];

describe.each(implementations)('state %s', (_, start) => {
  let names = 0;
  const name = () => `name-${(names += 1)}-${crypto.randomUUID()}`;
  const by = (state: BotState, id = '300') => ({ state, user: { id }, guildId: '200', channelId: '500' });
  const schema = z.object({ steps: z.array(z.string()) });

  it('keeps a session for each member, and ends it in time', async () => {
    const { state, pass } = start();
    const order = session(name(), { schema, ttlMs: 50 });
    expect(await order.read(by(state))).toBeUndefined();
    await order.write(by(state), { steps: ['a'] });
    expect(await order.read(by(state))).toEqual({ steps: ['a'] });
    expect(await order.read(by(state, '301'))).toBeUndefined();
    await pass(60);
    expect(await order.read(by(state))).toBeUndefined();
  });

  it('loses no change of a session that others change at once', async () => {
    const { state } = start();
    const order = session(name(), { schema, per: 'guild', ttlMs: 60_000 });
    const add = (step: string) =>
      order.update(by(state), (before = { steps: [] }) => ({ steps: [...before.steps, step] }));
    await Promise.all(['a', 'b', 'c', 'd'].map(add));
    expect((await order.read(by(state)))?.steps.toSorted()).toEqual(['a', 'b', 'c', 'd']);
    await order.update(by(state), () => undefined);
    expect(await order.read(by(state))).toBeUndefined();
  });

  it('takes what a former version has written for nothing', async () => {
    const { state } = start();
    const key = name();
    const former = session(key, { schema: z.object({ step: z.int() }), ttlMs: 60_000 });
    await former.write(by(state), { step: 1 });
    expect(await session(key, { schema, ttlMs: 60_000 }).read(by(state))).toBeUndefined();
    await former.end(by(state));
    expect(await former.read(by(state))).toBeUndefined();
  });

  it('limits how often, and says when there is a place again', async () => {
    const { state, pass } = start();
    const take = (id: string, window = limited) => state.limits.take({ ...window, id });
    const limited = { name: name(), limit: 2, windowMs: 80 };
    expect([await take('a'), await take('b')]).toEqual([{ taken: true }, { taken: true }]);
    const refused = await take('c');
    expect(refused).toEqual({ taken: false, freeInMs: expect.any(Number) });
    expect('freeInMs' in refused ? refused.freeInMs : 0).toBeLessThanOrEqual(80);
    expect(await take('a')).toEqual({ taken: true });
    await pass(90);
    expect(await take('c')).toEqual({ taken: true });
    expect(await take('d', { name: name(), limit: 0, windowMs: 80 })).toEqual({ taken: false, freeInMs: 80 });
  });

  it('counts members of a guild, once for each event', async () => {
    const { state } = start();
    const { guilds } = state;
    const guildId = String(BigInt(Date.now()) << 22n);
    await guilds.present({ guildId, name: 'Sietch', memberCount: 3, systemChannelId: '1' });
    const joined = { eventId: name(), guildId, userId: '7', change: 'joined' } as const;
    await guilds.count(joined);
    expect(await guilds.count(joined)).toMatchObject({ joined: 1, members: 4, lastJoin: { userId: '7' } });
    await guilds.count({ eventId: name(), guildId, userId: '7', change: 'left' });
    expect(await guilds.read(guildId)).toMatchObject({ name: 'Sietch', joined: 1, left: 1, members: 3 });
    await guilds.remove(guildId);
    expect(await guilds.read(guildId)).toBeUndefined();
  });
});

describe('a session', () => {
  it('that others change again and again fails in a way that may be tried again', async () => {
    const { state } = testContext([]);
    const order = session('order', { schema: z.string(), ttlMs: 1_000 });
    const contended = {
      ...by(state),
      state: { sessions: { ...state.sessions, write: async () => false } },
    };
    await expect(order.update(contended, () => 'x')).rejects.toThrow(SessionContendedError);
  });

  function by(state: BotState) {
    return { state, user: { id: '300' }, guildId: undefined, channelId: undefined };
  }
});
