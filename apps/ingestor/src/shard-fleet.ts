import { setTimeout as delay } from 'node:timers/promises';
import type { Shard, ShardStatus } from '@arrakis/gateway';
import type { Logger } from '@arrakis/service';
import type { Balance, FleetMember, ShardKey, StoredGatewaySession } from '@arrakis/state';
import type { GatewayCommands } from './gateway-commands.ts';
import { isKnownDead } from './process-name.ts';
import type { SessionKeeper } from './session-keeper.ts';

/** Times in ms. */
const times = {
  /** From one turn in the fleet to the next; a member that is not heard of counts as dead after four of them. */
  turn: 1_500,
  /** The same when Redis is there and does not answer. */
  retry: 500,
  /** How long a shard that is given back may wait for the confirms of what it has received. */
  confirms: 3_000,
  /** How often that is looked after. */
  confirmsPoll: 20,
};

/** Why a shard is paused here. */
const givingBack = 'it is being given back';

/** A shard that this process runs. */
interface Running {
  readonly shard: Shard;
  readonly ended: Promise<void>;
}

export interface ShardFleetOptions {
  readonly member: FleetMember;
  /** The shards that this process is pinned to, if it is. */
  readonly pins: readonly number[] | undefined;
  readonly recommendedCount: number;
  /** The members that have not left, asked once before the first turn. */
  readonly members: () => Promise<readonly string[]>;
  /** Resolves when Redis can be used. */
  readonly untilAvailable: (signal: AbortSignal) => Promise<void>;
  readonly loadSession: (key: ShardKey) => Promise<StoredGatewaySession | undefined>;
  /** Makes the shard, not yet run. */
  readonly createShard: (key: ShardKey, session: StoredGatewaySession | undefined) => Shard;
  readonly keeper: SessionKeeper;
  readonly commands: Pick<GatewayCommands, 'own' | 'disown' | 'stop'>;
  /** A shard is no longer this process's: what of it is not yet published is for the next holder to publish. */
  readonly onGone: (shard: Shard) => void;
  /** Discord has refused the bot for good. */
  readonly onFatal: (cause: Error) => void;
  readonly log: Logger;
}

/**
 * This process in the fleet of a bot: it takes its turn again and again, runs the shards whose leases it holds and no
 * other, gives back what is too much so that whoever comes next resumes, and lets go at once of what is another's.
 * While Redis is away it keeps what it holds and takes nothing.
 */
export class ShardFleet {
  readonly #options: ShardFleetOptions;
  readonly #running = new Map<number, Running>();
  /** Shards whose session is being loaded. */
  readonly #starting = new Set<number>();
  readonly #leaving = new Set<number>();
  readonly #stop = new AbortController();
  #balance: Balance | undefined;
  /** Why the last turn failed; undefined when it did not. */
  #failure: string | undefined;
  #turns: Promise<void> | undefined;

  constructor(options: ShardFleetOptions) {
    this.#options = options;
  }

  get shards(): readonly Shard[] {
    return [...this.#running.values()].map(({ shard }) => shard);
  }

  statuses(): readonly ShardStatus[] {
    return this.shards.map((shard) => shard.status());
  }

  /** Takes turns until {@link halt}. */
  run(): Promise<void> {
    this.#turns ??= this.#takeTurns();
    return this.#turns;
  }

  /** Takes no more shards, gives no more back, and stops reading and commanding. The leases are renewed no longer. */
  async halt(): Promise<void> {
    this.#stop.abort();
    for (const shard of this.shards) shard.pause('the process is stopping');
    await this.#options.commands.stop();
  }

  /** Disconnects so that the sessions can be resumed; resolves when all have. */
  async disconnect(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { shard } of running) shard.stop();
    await Promise.all(running.map(({ ended }) => ended));
  }

  /**
   * Gives everything back at once. To be called last.
   * @throws {StateUnavailableError} it is free a moment later then.
   */
  async leave(): Promise<void> {
    await this.#turns;
    await this.#options.member.leave();
  }

  /** The lease is another's: the shard stops at once, and nothing more of it is published or stored. */
  lose(shardId: number): void {
    const running = this.#running.get(shardId);
    if (running === undefined) return;
    this.#running.delete(shardId);
    const { keeper, commands, onGone, log } = this.#options;
    keeper.drop(shardId);
    void commands.disown(shardId);
    running.shard.stop();
    onGone(running.shard);
    log.warn({ shard: shardId }, `shard ${shardId} is another's by now: stopped`);
  }

  /** Why this process does not do its part; undefined when it does. */
  whyNotReady(): string | undefined {
    const balance = this.#balance;
    if (balance === undefined) return this.#failure ?? 'the shards are not shared out yet';
    const { count, quota } = balance;
    if (balance.waitsForCount) {
      return `SHARD_COUNT differs: others still keep ${count} shards, and this process waits until they are gone`;
    }
    const { size: held } = this.#options.member.held;
    if (quota !== undefined && held < quota) {
      return balance.quiet
        ? `${held} of ${quota} shards are held; the others are left for a moment to who held them before Redis was away`
        : `${held} of ${quota} shards are held; the others are still being given back`;
    }
    return whyShardsNotReady(this.statuses(), held);
  }

  async #takeTurns(): Promise<void> {
    const { signal } = this.#stop;
    const { untilAvailable } = this.#options;
    while (!signal.aborted) {
      const tookTurn = await this.#turn();
      const wait = delay(tookTurn ? times.turn : times.retry, undefined, { signal });
      await (tookTurn ? wait : wait.then(() => untilAvailable(signal))).catch(() => undefined);
    }
  }

  async #turn(): Promise<boolean> {
    const { member, members, log } = this.#options;
    try {
      const known = this.#balance?.members ?? (await members());
      const dead = known.filter((name) => isKnownDead(name));
      if (dead.length > 0) log.info({ dead }, 'members of the fleet have died: their shards are free');
      const balance = await member.balance({ dead });
      this.#failure = undefined;
      this.#logChange(balance);
      this.#balance = balance;
      if (!this.#stop.signal.aborted) this.#follow(balance);
      return true;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      if (this.#failure === undefined) log.warn({ err: cause }, 'leases cannot be renewed; what is held is kept');
      this.#failure = message;
      return false;
    }
  }

  /** Makes what runs what is held. */
  #follow({ surrender, count, quiet }: Balance): void {
    const { member, keeper } = this.#options;
    const { held } = member;
    // Redis may have forgotten sessions in which nothing has happened since.
    if (quiet) void keeper.store({ all: true });
    for (const id of this.#running.keys()) if (!held.has(id)) this.lose(id);
    for (const id of surrender) void this.#giveBack(id);
    for (const [id, fence] of held) {
      if (!this.#running.has(id) && !this.#starting.has(id) && !this.#leaving.has(id)) {
        void this.#start({ id, count }, fence);
      }
    }
  }

  async #start(key: ShardKey, fence: number): Promise<void> {
    const { member, loadSession, createShard, keeper, commands, log } = this.#options;
    this.#starting.add(key.id);
    try {
      const session = await loadSession(key);
      // Lost or given back meanwhile, and perhaps held again: then it may be another session by now.
      if (this.#stop.signal.aborted || member.fenceOf(key.id) !== fence) return;
      const shard = createShard(key, session);
      keeper.keep(key, shard);
      const ended = shard.run().catch((cause: unknown) => this.#fail(cause));
      this.#running.set(key.id, { shard, ended });
      commands.own(shard, key.count);
    } catch (cause) {
      // The next turn tries again.
      log.warn({ err: cause, shard: key.id }, 'a stored session cannot be read; identifying anew would lose events');
    } finally {
      this.#starting.delete(key.id);
    }
  }

  /** What has been received is confirmed first, so that the next holder repeats nothing. */
  async #giveBack(shardId: number): Promise<void> {
    if (this.#leaving.has(shardId)) return;
    const { member, log } = this.#options;
    this.#leaving.add(shardId);
    try {
      const running = this.#running.get(shardId);
      if (running !== undefined && !(await this.#end(running))) return;
      await member.release(shardId);
      log.info({ shard: shardId }, `shard ${shardId} given back`);
    } catch (cause) {
      log.warn({ err: cause, shard: shardId }, 'a shard could not be given back yet');
    } finally {
      this.#leaving.delete(shardId);
    }
  }

  /** False when the shard goes on, since nobody could take it now, or was lost meanwhile. */
  async #end(running: Running): Promise<boolean> {
    const { keeper, commands, onGone } = this.#options;
    const { shard, ended } = running;
    shard.pause(givingBack);
    await untilConfirmed(shard);
    if (!(await keeper.store({ all: true, shardId: shard.id }))) {
      shard.resume(givingBack);
      return false;
    }
    if (this.#running.get(shard.id) !== running) return false;
    await commands.disown(shard.id);
    shard.stop();
    await ended;
    // What came in while it was being disconnected.
    await untilConfirmed(shard);
    await keeper.store({ shardId: shard.id });
    if (this.#running.get(shard.id) !== running) return false;
    this.#running.delete(shard.id);
    keeper.drop(shard.id);
    onGone(shard);
    return true;
  }

  #fail(cause: unknown): void {
    this.#options.onFatal(cause instanceof Error ? cause : new Error(String(cause)));
  }

  #logChange({ members, count, quota, waitsForCount, quiet }: Balance): void {
    const before = this.#balance;
    const now = { members: members.length, count, quota, waitsForCount, quiet };
    const changed =
      before === undefined ||
      before.members.length !== now.members ||
      before.count !== count ||
      before.quota !== quota ||
      before.waitsForCount !== waitsForCount ||
      before.quiet !== quiet;
    if (!changed) return;
    const { log, pins = [], recommendedCount } = this.#options;
    log.info(now, 'the fleet has changed');
    const beyond = pins.filter((id) => id >= count);
    if (beyond.length > 0) log.warn({ beyond, count }, 'SHARD_IDS names shards that there are not');
    if (recommendedCount > count) {
      const advice = 'Discord recommends more shards: set SHARD_COUNT and start all ingestors anew when there is time';
      log.warn({ recommendedCount, count }, advice);
    }
  }
}

/** Resolves when everything received is confirmed, or that has taken too long. */
async function untilConfirmed(shard: Shard): Promise<void> {
  const giveUpAt = performance.now() + times.confirms;
  while (shard.status().lag > 0 && performance.now() < giveUpAt) await delay(times.confirmsPoll);
}

function whyShardsNotReady(statuses: readonly ShardStatus[], held: number): string | undefined {
  if (statuses.length < held) return `${held - statuses.length} of ${held} shards are not started`;
  const waiting = statuses.filter(({ state }) => state !== 'ready');
  const [first] = waiting;
  if (first === undefined) return undefined;
  const cause = first.lastDisconnect === undefined ? '' : ` (last disconnect: ${first.lastDisconnect})`;
  return `${waiting.length} of ${statuses.length} shards are not ready; shard ${first.id} is ${first.state}${cause}`;
}
