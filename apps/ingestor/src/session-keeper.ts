import { setTimeout as delay } from 'node:timers/promises';
import type { Shard } from '@arrakis/gateway';
import type { Logger } from '@arrakis/service';
import type { FencedSession, GatewaySessions, ShardKey } from '@arrakis/state';

/** How often changed sessions are stored, in ms: what a killed process must have replayed on top of its window. */
const intervalMs = 200;

/** A session in which nothing happens is stored anew this often, in ms: Redis may have forgotten it, in a failover for example. */
const refreshMs = 5_000;

interface Kept {
  readonly key: ShardKey;
  readonly shard: Pick<Shard, 'snapshot'>;
  /** Tells what was stored last from what there is now. */
  mark: string;
  /** What a successor would find. */
  stored: { readonly sessionId: string; readonly sequence: number } | undefined;
  /** What is stored of its former session must stay: nobody has been told yet that it is lost. */
  held: boolean;
}

export interface SessionKeeperOptions {
  readonly sessions: Pick<GatewaySessions, 'save' | 'remove'>;
  readonly log: Logger;
  /** The fence of the lease under which a shard runs; undefined when it is not held. */
  readonly fenceOf: (shardId: number) => number | undefined;
  /** Redis has refused a session, since another holds the shard by now. */
  readonly onRefused: (shardId: number) => void;
}

/**
 * Stores the sessions of a bot's shards as of their cursors, in one round trip every interval and only what has
 * changed. While Redis is away the sessions stay in memory, and ingestion goes on.
 */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  readonly #kept = new Map<number, Kept>();
  #failing = false;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
  }

  /** Stores the shard's sessions from now on. One that it has already has been stored by its predecessor. */
  keep(key: ShardKey, shard: Pick<Shard, 'snapshot'>): void {
    this.#kept.set(key.id, { key, shard, mark: '', stored: shard.snapshot(), held: false });
  }

  /**
   * From which sequence a successor could resume a session; undefined when nothing of it is stored. While Redis is away
   * that may be far behind, so the cursor alone counts: {@link Infinity}.
   */
  resumableFrom(shardId: number, sessionId: string): number | undefined {
    if (this.#failing) return Infinity;
    const stored = this.#kept.get(shardId)?.stored;
    return stored?.sessionId === sessionId ? stored.sequence : undefined;
  }

  /** Stores nothing more of the shard. */
  drop(shardId: number): void {
    this.#kept.delete(shardId);
  }

  /** Keeps what is stored of a session that is lost, until {@link forget}: a successor would find out and tell. */
  hold(shard: Pick<Shard, 'id' | 'snapshot'>): void {
    const kept = this.#kept.get(shard.id);
    if (kept?.shard === shard) kept.held = true;
  }

  /** The loss of the session has been told: its successor may be stored in its place. */
  async forget(shard: Pick<Shard, 'id' | 'snapshot'>): Promise<void> {
    const kept = this.#kept.get(shard.id);
    const fence = this.#options.fenceOf(shard.id);
    if (kept?.shard !== shard || fence === undefined) return;
    kept.held = false;
    kept.mark = '';
    // A successor that finds it all the same is refused by Discord, and tells of the same loss.
    await this.#options.sessions.remove(kept.key, fence).catch(() => undefined);
  }

  /** Stores again and again until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.store();
      await delay(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Stores what has changed, or with `all` everything; only of `shardId` if it is given. False when Redis does not take
   * it: a failure is logged once per outage, and nothing is forgotten.
   */
  async store({ all = false, shardId }: { readonly all?: boolean; readonly shardId?: number } = {}): Promise<boolean> {
    const changed = new Map<Kept, FencedSession & { readonly mark: string }>();
    for (const kept of this.#kept.values()) {
      if (shardId !== undefined && kept.key.id !== shardId) continue;
      const session = this.#changed(kept, all);
      if (session !== undefined) changed.set(kept, session);
    }
    if (changed.size === 0) return true;
    try {
      const refused = await this.#options.sessions.save([...changed.values()]);
      for (const [kept, { mark, session }] of changed) {
        kept.mark = mark;
        kept.stored = session;
      }
      for (const { shard, fence } of changed.values()) {
        // Lost and regained meanwhile, it is under another fence.
        if (refused.includes(shard.id) && this.#options.fenceOf(shard.id) === fence) this.#options.onRefused(shard.id);
      }
      if (this.#failing) this.#options.log.info('sessions are being stored again');
      this.#failing = false;
      return true;
    } catch (cause) {
      if (!this.#failing) this.#options.log.warn({ err: cause }, 'sessions cannot be stored; ingestion goes on');
      this.#failing = true;
      return false;
    }
  }

  #changed(kept: Kept, all: boolean): (FencedSession & { readonly mark: string }) | undefined {
    const fence = this.#options.fenceOf(kept.key.id);
    const session = kept.held || fence === undefined ? undefined : kept.shard.snapshot();
    if (session === undefined || fence === undefined) return undefined;
    const { sessionId, sequence, unreplayed = 0 } = session;
    const mark = `${fence}:${sessionId}:${sequence}:${unreplayed}:${Math.floor(Date.now() / refreshMs)}`;
    if (!all && kept.mark === mark) return undefined;
    return { shard: kept.key, fence, session, mark };
  }
}
