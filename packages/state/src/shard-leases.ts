import { z } from 'zod';
import type { StateConnection } from './redis.ts';
import { balanceScript, leaveScript, releaseScript } from './shard-leases-script.ts';

/** The right to connect a shard. */
export interface ShardLease {
  readonly shardId: number;
  /** Higher with every new holder: what an earlier one still writes can be told and refused. */
  readonly fence: number;
}

export interface ShardLeaseOptions {
  /** How long a member counts as there since it was last heard of, in ms. */
  readonly ttlMs?: number;
  /**
   * After Redis was away or has lost its memory, how long nothing is given to anybody but its holder, in ms; longer
   * than a member needs to find Redis again.
   */
  readonly quietMs?: number;
}

export interface Membership {
  /** Names the process, and no other that ever ran. */
  readonly member: string;
  /** The shard count of the whole bot; `auto` takes what the fleet has agreed on, otherwise what is recommended. */
  readonly count: number | 'auto';
  /** Discord's recommendation (`shards` of GET /gateway/bot). */
  readonly recommendedCount: number;
  /** The only shards that the process is for, all of them; without, it takes its equal part of the others. */
  readonly pins?: readonly number[] | undefined;
}

/** How things stand after a member's turn. */
export interface Balance {
  /** The shard count that the fleet has agreed on. */
  readonly count: number;
  /** Others keep another shard count than this process must have: until they are gone it holds nothing. */
  readonly waitsForCount: boolean;
  /** Redis was away or has lost its memory: for a moment nobody takes what its holder may come back for. */
  readonly quiet: boolean;
  /** How many shards are this process's part; undefined when its shards are pinned. */
  readonly quota: number | undefined;
  /** Everyone who is there, this process included. */
  readonly members: readonly string[];
  /** New leases: load the session, connect. */
  readonly granted: readonly ShardLease[];
  /** Shards to give back: disconnect, store the session, {@link FleetMember.release}. */
  readonly surrender: readonly number[];
  /** Shards that are another's by now: disconnect at once, publish and store nothing more. */
  readonly lost: readonly number[];
}

/** How long the memory of a fleet outlives it, in ms: as long as its sessions. */
const keepMs = 86_400_000;

const flag = z.literal([0, 1]).transform((value) => value === 1);
const shardIds = z.array(z.number());
const leasePairs = z
  .array(z.number())
  .transform((flat) => flat.flatMap((shardId, at) => (at % 2 === 0 ? [{ shardId, fence: flat[at + 1] ?? 0 }] : [])));

const balanceReply = z.tuple([
  z.number(),
  z.number(),
  flag,
  flag,
  z.number(),
  leasePairs,
  leasePairs,
  shardIds,
  shardIds,
  z.array(z.string()),
]);

/**
 * Who holds which shard of a bot. Each is held by one process at most, by Redis' clock; the processes of a fleet share
 * them evenly, take over what one that died has left, and move as few as they can.
 */
export class ShardLeases {
  readonly #connection: StateConnection;
  readonly #options: Required<ShardLeaseOptions>;

  constructor(connection: StateConnection, { ttlMs = 6_000, quietMs = 4_000 }: ShardLeaseOptions = {}) {
    this.#connection = connection;
    this.#options = { ttlMs, quietMs };
  }

  /** A process as a member of the fleet. Nothing is asked before its first {@link FleetMember.balance}. */
  member(membership: Membership): FleetMember {
    return new FleetMember(this.#connection, this.#options, membership);
  }

  /**
   * The members that have not left, those that have died of late included.
   * @throws {StateUnavailableError}
   */
  async members(): Promise<readonly string[]> {
    return this.#connection.run((redis) => redis.zrange(this.#connection.key(...leaseKeys.members), '0', '-1'));
  }

  /**
   * The shard count that the fleet has agreed on; undefined before there was one.
   * @throws {StateUnavailableError}
   */
  async count(): Promise<number | undefined> {
    const count = await this.#connection.run((redis) => redis.hget(this.#connection.key(...leaseKeys.fleet), 'count'));
    return count === null ? undefined : z.coerce.number().int().min(1).parse(count);
  }
}

/** The parts of the keys of a fleet. */
export const leaseKeys = {
  /** Hash: epoch, agreed count, until when it is quiet. */
  fleet: ['fleet'],
  /** Sorted set: members by the moment at which they count as dead. */
  members: ['fleet', 'members'],
  /** Hash: the shards that members are pinned to, as JSON. */
  pins: ['fleet', 'pins'],
  /** Hash: by shard, `<fence>:<holder>`. */
  leases: ['fleet', 'leases'],
} as const;

/** A process in its fleet, and the leases it holds. Its calls are made one after the other. */
export class FleetMember {
  readonly #connection: StateConnection;
  readonly #options: Required<ShardLeaseOptions>;
  readonly #membership: Membership;
  /** By shard, the fence of its lease. */
  readonly #held = new Map<number, number>();
  /** What the fleet's memory was called when last seen. */
  #epoch = 0;
  #count = 0;
  /** When the membership was last renewed, by `performance.now()`, or a little earlier. */
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(connection: StateConnection, options: Required<ShardLeaseOptions>, membership: Membership) {
    this.#connection = connection;
    this.#options = options;
    this.#membership = membership;
  }

  get name(): string {
    return this.#membership.member;
  }

  /** What is held: fences by shard id. */
  get held(): ReadonlyMap<number, number> {
    return this.#held;
  }

  /** Whether what is held may be another's by now: it was last renewed longer ago than a membership lasts. */
  get mayHaveRunOut(): boolean {
    return performance.now() - this.#renewedAt >= this.#options.ttlMs;
  }

  /** The fence under which a shard is held; undefined when it is not. */
  fenceOf(shardId: number): number | undefined {
    return this.#held.get(shardId);
  }

  /**
   * Renews the membership, learns what is lost and what is to be given back, and takes what is free; one round trip. To
   * be called again well within the time a member counts as there. `dead` are members known to have died, whose
   * shards need not wait until their time is over.
   * @throws {StateUnavailableError} what is held stays held until Redis says otherwise.
   */
  async balance({ dead = [] }: { readonly dead?: readonly string[] } = {}): Promise<Balance> {
    const { member, count: wanted, recommendedCount, pins } = this.#membership;
    const request = {
      member,
      epoch: this.#epoch,
      runs: this.#count,
      wants: wanted === 'auto' ? 0 : wanted,
      recommended: recommendedCount,
      pins: pins ?? false,
      dead,
      held: [...this.#held],
      ...this.#options,
      keepMs,
    };
    const keys = [leaseKeys.fleet, leaseKeys.members, leaseKeys.pins, leaseKeys.leases];
    const askedAt = performance.now();
    const reply = await this.#connection.eval(balanceScript, keys, [JSON.stringify(request)]);
    const [epoch, count, waitsForCount, quiet, quota, kept, granted, surrender, lost, members] =
      balanceReply.parse(reply);
    this.#renewedAt = askedAt;
    this.#epoch = epoch;
    this.#count = count;
    for (const shardId of lost) this.#held.delete(shardId);
    for (const { shardId, fence } of kept) if (this.#held.has(shardId)) this.#held.set(shardId, fence);
    for (const { shardId, fence } of granted) this.#held.set(shardId, fence);
    return {
      count,
      waitsForCount,
      quiet,
      quota: quota < 0 ? undefined : quota,
      members,
      granted,
      surrender,
      lost,
    };
  }

  /**
   * Gives a shard back: somebody else may connect it at once.
   * @throws {StateUnavailableError} it is given back by the next {@link balance} then.
   */
  async release(shardId: number): Promise<void> {
    const fence = this.#held.get(shardId);
    if (fence === undefined) return;
    this.#held.delete(shardId);
    await this.#connection.eval(releaseScript, [leaseKeys.leases], [shardId, fence, this.name]);
  }

  /**
   * Leaves the fleet and gives everything back.
   * @throws {StateUnavailableError} what is held is free when this process is no longer thought to be there.
   */
  async leave(): Promise<void> {
    this.#held.clear();
    await this.#connection.eval(leaveScript, [leaseKeys.members, leaseKeys.pins, leaseKeys.leases], [this.name]);
  }
}
