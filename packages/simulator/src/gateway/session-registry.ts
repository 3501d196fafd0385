import { shardOf } from './sharding.ts';
import type { Session } from './session.ts';

/** Which sessions or connections are meant: those that match all that is given; `{}` means all. */
export interface SessionSelector {
  readonly applicationId?: string | undefined;
  readonly shardId?: number | undefined;
  readonly sessionId?: string | undefined;
}

export function matchesSession(session: Session, selector: SessionSelector): boolean {
  const { applicationId, shardId, sessionId } = selector;
  return (
    (applicationId === undefined || session.bot.applicationId === applicationId) &&
    (shardId === undefined || session.shard[0] === shardId) &&
    (sessionId === undefined || session.id === sessionId)
  );
}

/** Sessions of one application with one shard count, by shard id. */
type ShardTable = Map<number, Set<Session>>;

/** All living sessions, found by id or by where an event goes. */
export class SessionRegistry {
  readonly #sessions = new Map<string, Session>();
  readonly #tables = new Map<string, Map<number, ShardTable>>();
  readonly #expiryTimers = new Map<Session, NodeJS.Timeout>();
  readonly #resumeWindowMs: number;

  constructor(resumeWindowMs: number) {
    this.#resumeWindowMs = resumeWindowMs;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(sessionId: string): Session | undefined {
    return this.#sessions.get(sessionId);
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
    const [shardId, shardCount] = session.shard;
    const tables = getOrCreate(this.#tables, session.bot.applicationId, () => new Map<number, ShardTable>());
    const table = getOrCreate(tables, shardCount, (): ShardTable => new Map());
    getOrCreate(table, shardId, () => new Set<Session>()).add(session);
  }

  /** Ends a session: it cannot be resumed any more. */
  end(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    this.keep(session);
    const [shardId, shardCount] = session.shard;
    const tables = this.#tables.get(session.bot.applicationId);
    const table = tables?.get(shardCount);
    const sessions = table?.get(shardId);
    sessions?.delete(session);
    if (sessions?.size === 0) table?.delete(shardId);
    if (table?.size === 0) tables?.delete(shardCount);
  }

  /** The session has lost its connection: it ends unless it is resumed within the window. */
  startExpiry(session: Session): void {
    this.keep(session);
    const timer = setTimeout(() => this.end(session), this.#resumeWindowMs);
    this.#expiryTimers.set(session, timer);
  }

  /** The session has a connection again. */
  keep(session: Session): void {
    clearTimeout(this.#expiryTimers.get(session));
    this.#expiryTimers.delete(session);
  }

  /** The sessions that an event goes to: `(guild id >> 22) % shard count`, without a guild shard 0 (docs: Gateway, Sharding). */
  *routed(applicationId: string, guildId: string | null): Iterable<Session> {
    const tables = this.#tables.get(applicationId);
    if (tables === undefined) return;
    for (const [shardCount, table] of tables) {
      const shardId = guildId === null ? 0 : shardOf(guildId, shardCount);
      yield* table.get(shardId) ?? [];
    }
  }

  matching(selector: SessionSelector): Session[] {
    return [...this.#sessions.values()].filter((session) => matchesSession(session, selector));
  }

  clear(): void {
    for (const timer of this.#expiryTimers.values()) clearTimeout(timer);
    this.#expiryTimers.clear();
    this.#sessions.clear();
    this.#tables.clear();
  }
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
}
