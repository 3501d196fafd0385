import { testServices, uniqueNamespace } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateManager } from './index.ts';

const session = {
  sessionId: 'abc',
  resumeUrl: 'wss://gateway-us-east1-b.discord.gg',
  sequence: 42,
  unavailableGuilds: ['1', '2'],
  unreplayed: 3,
};
const shard = { id: 3, count: 16 };

const open: StateManager[] = [];
let namespace: string;
beforeEach(() => {
  namespace = uniqueNamespace();
});
afterEach(() => {
  for (const state of open.splice(0)) state.close();
});

async function connect(): Promise<StateManager> {
  const state = new StateManager({ url: (await testServices()).redisUrl, namespace, applicationId: '100' });
  open.push(state);
  await state.untilAvailable(AbortSignal.timeout(10_000));
  return state;
}

/** Two processes, one after the other, that held the same shard. */
async function handedOver() {
  const [state, other] = [await connect(), await connect()];
  const membership = { count: 16, recommendedCount: 16, pins: [shard.id] };
  const former = state.leases.member({ ...membership, member: 'former' });
  const holder = other.leases.member({ ...membership, member: 'holder' });
  await former.balance();
  const formerFence = former.fenceOf(shard.id) ?? 0;
  await holder.balance({ dead: ['former'] });
  return { state, other, formerFence, fence: holder.fenceOf(shard.id) ?? 0 };
}

describe('gateway sessions', () => {
  it('survive their process, for the shard of the same count only', async () => {
    expect(await (await connect()).sessions.save([{ shard, fence: 1, session }])).toEqual([]);
    const successor = await connect();
    expect(await successor.sessions.load(shard)).toEqual(session);
    expect(await successor.sessions.load({ id: 3, count: 32 })).toBeUndefined();
    await successor.sessions.remove(shard, 1);
    expect(await successor.sessions.load(shard)).toBeUndefined();
  });

  it('are neither stored nor removed by who has lost the lease, and it learns that', async () => {
    const { state, other, formerFence, fence } = await handedOver();
    expect(fence).toBeGreaterThan(formerFence);
    expect(await other.sessions.save([{ shard, fence, session }])).toEqual([]);
    const late = { ...session, sequence: 40 };
    const elsewhere = { id: 4, count: 16 };
    const saved = await state.sessions.save([
      { shard, fence: formerFence, session: late },
      { shard: elsewhere, fence: formerFence, session: late },
    ]);
    expect(saved).toEqual([shard.id]);
    await state.sessions.remove(shard, formerFence);
    expect(await state.sessions.load(shard)).toEqual(session);
    expect(await state.sessions.load(elsewhere)).toEqual(late);
  });

  it('are stored by the thousand', async () => {
    const state = await connect();
    const sessions = Array.from({ length: 1_000 }, (_, id) => ({
      shard: { id, count: 1_000 },
      fence: 1,
      session: { ...session, sequence: id },
    }));
    expect(await state.sessions.save(sessions)).toEqual([]);
    expect(await state.sessions.load({ id: 999, count: 1_000 })).toMatchObject({ sequence: 999 });
  });
});
