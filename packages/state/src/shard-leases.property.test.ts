import { testServices, uniqueNamespace } from '@arrakis/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StateManager, type FleetMember } from './index.ts';

let redisUrl: string;
let namespace: string;
let redis: Redis;
beforeAll(async () => {
  ({ redisUrl } = await testServices());
  redis = new Redis(redisUrl);
  namespace = uniqueNamespace();
});
const open: StateManager[] = [];
afterAll(() => {
  for (const state of open) state.close();
  redis.disconnect();
});

let runs = 0;
const leases = { ttlMs: 60_000, quietMs: 60_000 };

async function connect(): Promise<StateManager> {
  runs += 1;
  const state = new StateManager({ url: redisUrl, namespace, applicationId: String(runs), leases });
  open.push(state);
  await state.untilAvailable(AbortSignal.timeout(10_000));
  return state;
}

/** A process that believes to hold what it was granted and has neither given back nor learned to have lost. */
interface Process {
  readonly member: FleetMember;
  readonly pins: readonly number[] | undefined;
  readonly believes: Set<number>;
  /** Shards it is disconnecting, to be given back in its next turn. */
  readonly leaving: Set<number>;
  asleep: boolean;
  /** Has had a turn. */
  known: boolean;
}

/** A fleet of processes that come, go, die and oversleep, and what must hold of it after every step. */
class SimulatedFleet {
  readonly #state: StateManager;
  readonly #count: number;
  /** Of the fleet's memory. */
  readonly #key: string;
  readonly processes: Process[] = [];
  readonly #dead = new Set<string>();
  readonly #lastFence = new Map<number, number>();
  #born = 0;

  constructor(state: StateManager, count: number) {
    this.#state = state;
    this.#count = count;
    this.#key = `${namespace}:{${runs}}:fleet`;
  }

  join(pins?: readonly number[]): void {
    this.#born += 1;
    // Names are in no order of age.
    const name = `${(this.#born * 7) % 10}-${this.#born}`;
    const member = this.#state.leases.member({ member: name, count: this.#count, recommendedCount: 1, pins });
    this.processes.push({ member, pins, believes: new Set(), leaving: new Set(), asleep: false, known: false });
  }

  /** Returns the shards that it has lost. */
  async balance(process: Process, { prompt }: { prompt: boolean }): Promise<readonly number[]> {
    const { member, believes, leaving } = process;
    await this.#giveBack(process);
    this.#dead.delete(member.name);
    process.asleep = false;
    process.known = true;
    const { granted, surrender, lost } = await member.balance({ dead: [...this.#dead] });
    for (const id of lost) believes.delete(id);
    for (const { shardId, fence } of granted) {
      if (fence <= (this.#lastFence.get(shardId) ?? 0)) throw new Error(`the fence of shard ${shardId} did not rise`);
      this.#lastFence.set(shardId, fence);
      believes.add(shardId);
    }
    for (const id of surrender) leaving.add(id);
    if (prompt) await this.#giveBack(process);
    return lost;
  }

  async #giveBack({ member, believes, leaving }: Process): Promise<void> {
    for (const id of leaving) {
      believes.delete(id);
      await member.release(id);
    }
    leaving.clear();
  }

  async leave(process: Process): Promise<void> {
    this.processes.splice(this.processes.indexOf(process), 1);
    await process.member.leave();
  }

  /**
   * Redis loses its memory, and everyone who is awake comes by before the quiet is over; those asleep never wake.
   * Returns the shards that somebody has lost by that.
   */
  async forget({ backwards }: { backwards: boolean }): Promise<readonly number[]> {
    const awake = this.processes.filter(({ asleep, known }) => known && !asleep);
    if (awake.length === 0) return [];
    for (const process of this.processes.filter(({ asleep }) => asleep)) {
      this.processes.splice(this.processes.indexOf(process), 1);
    }
    const key = this.#key;
    await redis.del(key, `${key}:members`, `${key}:pins`, `${key}:leases`);
    const lost: number[] = [];
    for (const process of backwards ? awake.toReversed() : awake) {
      lost.push(...(await this.balance(process, { prompt: false })));
    }
    await redis.hset(key, 'quiet', '0');
    return lost;
  }

  /** Others see it dead, whether it is or only sleeps. */
  fallSilent(process: Process, { forever }: { forever: boolean }): void {
    this.#dead.add(process.member.name);
    process.asleep = true;
    if (forever) this.processes.splice(this.processes.indexOf(process), 1);
  }

  /** Shards that two processes which are awake believe to hold. */
  heldTwice(): number[] {
    const all = this.processes.filter(({ asleep }) => !asleep).flatMap(({ believes }) => [...believes]);
    return all.filter((id, at) => all.indexOf(id) !== at);
  }

  /** Shards that nobody holds, though somebody is there for them. */
  notHeld(): number[] {
    const sharing = this.processes.some(({ pins }) => pins === undefined);
    const pinned = new Set(this.processes.flatMap(({ pins }) => pins ?? []));
    const held = new Set(this.processes.flatMap(({ believes }) => [...believes]));
    return Array.from({ length: this.#count }, (_, id) => id).filter(
      (id) => !held.has(id) && (sharing || pinned.has(id)),
    );
  }

  /** How many more than another a process has of the shards that are shared. */
  unevenness(): number {
    const counts = this.processes.filter(({ pins }) => pins === undefined).map(({ believes }) => believes.size);
    return counts.length === 0 ? 0 : Math.max(...counts) - Math.min(...counts);
  }
}

const which = fc.nat({ max: 50 });
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pin' as const),
      pins: fc.uniqueArray(fc.nat({ max: 12 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('balance' as const), which, prompt: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'die' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sleep' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), backwards: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Returns the shards that somebody has lost since Redis has forgotten. */
async function take(fleet: SimulatedFleet, action: Step): Promise<readonly number[]> {
  if (action.kind === 'forget') return fleet.forget(action);
  if (action.kind === 'join') fleet.join();
  if (action.kind === 'pin') fleet.join(action.pins);
  if (!('which' in action)) return [];
  const process = fleet.processes[action.which % Math.max(1, fleet.processes.length)];
  if (process === undefined) return [];
  if (action.kind === 'balance') await fleet.balance(process, action);
  else if (action.kind === 'leave') await fleet.leave(process);
  else fleet.fallSilent(process, { forever: action.kind === 'die' });
  return [];
}

it('whoever comes, goes, dies or oversleeps, and whatever Redis forgets: no shard has two holders, and soon all are held and shared evenly', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 13 }),
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.infiniteStream(fc.boolean()),
      async (count, steps, backwards) => {
        const fleet = new SimulatedFleet(await connect(), count);
        for (const action of steps) {
          expect(await take(fleet, action)).toEqual([]);
          expect(fleet.heldTwice()).toEqual([]);
        }
        // Everyone is heard of once; from then on two rounds must do, in any order.
        for (const process of fleet.processes) await fleet.balance(process, { prompt: true });
        for (let round = 0; round < 2; round += 1) {
          const order = backwards.next().value === true ? fleet.processes.toReversed() : fleet.processes;
          for (const process of order) {
            await fleet.balance(process, { prompt: true });
            expect(fleet.heldTwice()).toEqual([]);
          }
        }
        expect(fleet.notHeld()).toEqual([]);
        expect(fleet.unevenness()).toBeLessThanOrEqual(1);
        const before = fleet.processes.map(({ believes }) => [...believes]);
        for (const process of fleet.processes) await fleet.balance(process, { prompt: true });
        expect(fleet.processes.map(({ believes }) => [...believes])).toEqual(before);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);
