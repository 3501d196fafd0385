import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StateManager, type MemberChange } from './index.ts';

const applicationId = '100000000000000001';
let state: StateManager;
let guildId = 0n;

beforeAll(async () => {
  state = new StateManager({ url: (await testServices()).redisUrl, namespace: uniqueNamespace(), applicationId });
  await waitFor(() => state.whyUnavailable() === undefined, { what: 'Redis' });
});
afterAll(() => state.close());
beforeEach(() => {
  guildId += 1n;
});

const guild = () => String(guildId);
const count = (eventId: string, change: MemberChange, userId = '7') =>
  state.guilds.count({ eventId, guildId: guild(), userId, change });

describe('the record of a guild', () => {
  it('begins with the first that is heard of it', async () => {
    expect(await state.guilds.read(guild())).toBeUndefined();
    await state.guilds.present({ guildId: guild(), name: 'Arrakeen', memberCount: 12, systemChannelId: '5' });
    expect(await state.guilds.read(guild())).toEqual({
      name: 'Arrakeen',
      systemChannelId: '5',
      members: 12,
      joined: 0,
      left: 0,
      updated: 0,
      lastJoin: undefined,
    });
  });

  it('counts who joins, leaves and changes', async () => {
    await state.guilds.present({ guildId: guild(), name: 'Carthag', memberCount: 10, systemChannelId: undefined });
    await count('e1', 'joined', '7');
    await count('e2', 'joined', '8');
    await count('e3', 'left', '7');
    const record = await count('e4', 'updated', '8');
    expect(record).toMatchObject({ members: 11, joined: 2, left: 1, updated: 1, lastJoin: { userId: '8' } });
    expect(Math.abs((record.lastJoin?.at ?? 0) - Date.now())).toBeLessThan(5_000);
    expect(await state.guilds.read(guild())).toEqual(record);
  });

  it('counts an event once, however often and wherever it is delivered', async () => {
    const records = await Promise.all(Array.from({ length: 20 }, () => count('same', 'joined')));
    expect(records.map(({ joined }) => joined)).toEqual(records.map(() => 1));
  });

  it('has no member count until Discord has told it', async () => {
    expect(await count('e1', 'joined')).toMatchObject({ joined: 1, members: undefined });
  });

  it('takes what Discord tells anew, and forgets a system channel that is gone', async () => {
    await state.guilds.present({ guildId: guild(), name: 'Ix', memberCount: 5, systemChannelId: '5' });
    await count('e1', 'joined');
    await state.guilds.present({ guildId: guild(), name: 'Ix II', memberCount: 9, systemChannelId: undefined });
    expect(await state.guilds.read(guild())).toMatchObject({
      name: 'Ix II',
      members: 9,
      joined: 1,
      systemChannelId: undefined,
    });
  });

  it('keeps its member count where Discord tells none', async () => {
    await state.guilds.present({ guildId: guild(), name: 'Ix', memberCount: 5, systemChannelId: '5' });
    await state.guilds.present({ guildId: guild(), name: 'Ix II', memberCount: undefined, systemChannelId: '6' });
    expect(await state.guilds.read(guild())).toMatchObject({ name: 'Ix II', members: 5, systemChannelId: '6' });
  });

  it('ends when the bot leaves, and begins anew', async () => {
    await count('e1', 'joined');
    await state.guilds.remove(guild());
    expect(await state.guilds.read(guild())).toBeUndefined();
    expect(await count('e1', 'joined')).toMatchObject({ joined: 1 });
  });
});

describe('a sliding window', () => {
  const take = (id: string, windowMs = 60_000) =>
    state.windows.take({ name: `welcome:${guild()}`, id, limit: 2, windowMs });

  it('lets as many pass as it has places, from all processes together', async () => {
    const taken = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => take(id)));
    expect(taken.filter((place) => place.taken)).toHaveLength(2);
  });

  it('gives the same event its place again', async () => {
    const places = [await take('a'), await take('b'), await take('c'), await take('a')];
    expect(places.map(({ taken }) => taken)).toEqual([true, true, false, true]);
  });

  it('frees a place when its time is over', async () => {
    await take('a', 300);
    await take('b', 300);
    const refused = await take('c', 300);
    expect(refused).toEqual({ taken: false, freeInMs: expect.any(Number) });
    if (refused.taken) throw new Error('the window is full');
    expect(refused.freeInMs).toBeGreaterThan(0);
    expect(refused.freeInMs).toBeLessThanOrEqual(300);
    await waitFor(async () => (await take('d', 300)).taken, { what: 'the window to slide' });
  });
});
