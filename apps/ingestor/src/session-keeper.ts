import { setTimeout as delay } from 'node:timers/promises';
import type { Shard, StoredSession } from '@arrakis/gateway';
import type { Logger } from '@arrakis/service';
import type { GatewaySessions, ShardKey } from '@arrakis/state';

/** How often changed sessions are stored, in ms: what a killed process must have replayed on top of its window. */
const intervalMs = 200;

/** A session in which nothing happens is stored anew this often, in ms: what is stored expires. */
const refreshMs = 5 * 60_000;

/**
 * Stores the sessions of all shards as of their cursors, in one round trip every interval and only what has
 * changed. While Redis is away the sessions stay in memory, and ingestion goes on.
 */
export class SessionKeeper {
  readonly #sessions: GatewaySessions;
  readonly #log: Logger;
  readonly #shards = new Map<ShardKey, Shard>();
  readonly #stored = new Map<ShardKey, string>();
  #failing = false;

  constructor(sessions: GatewaySessions, log: Logger) {
    this.#sessions = sessions;
    this.#log = log;
  }

  keep(key: ShardKey, shard: Shard): void {
    this.#shards.set(key, shard);
  }

  /** Forgets what is stored of a session that cannot be resumed any more. */
  async forget(key: ShardKey): Promise<void> {
    this.#stored.delete(key);
    // A successor that finds it all the same is refused by Discord, and identifies.
    await this.#sessions.remove(key, 0).catch(() => undefined);
  }

  /** Stores again and again until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.store();
      await delay(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Stores what has changed, or with `all` everything. A failure is logged once per outage; nothing is forgotten.
   */
  async store({ all = false }: { readonly all?: boolean } = {}): Promise<void> {
    const changed = new Map<ShardKey, StoredSession>();
    const marks = new Map<ShardKey, string>();
    for (const [key, shard] of this.#shards) {
      const session = shard.snapshot();
      if (session === undefined) continue;
      const mark = `${session.sessionId}:${session.sequence}:${Math.floor(Date.now() / refreshMs)}`;
      if (!all && this.#stored.get(key) === mark) continue;
      changed.set(key, session);
      marks.set(key, mark);
    }
    try {
      await this.#sessions.save([...changed].map(([shard, session]) => ({ shard, fence: 0, session })));
      for (const [key, mark] of marks) this.#stored.set(key, mark);
      if (this.#failing) this.#log.info('sessions are being stored again');
      this.#failing = false;
    } catch (cause) {
      if (!this.#failing) this.#log.warn({ err: cause }, 'sessions cannot be stored; ingestion goes on');
      this.#failing = true;
    }
  }
}
