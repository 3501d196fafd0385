import type {
  GuildPresence,
  GuildRecord,
  MemberEvent,
  SessionWrite,
  StoredSession,
  WindowPlace,
  WindowRequest,
} from '@arrakis/state';
import type { BotState } from '../state/bot-state.ts';

/** The state of a bot in memory, by a clock of its own: what Redis holds otherwise, and behaves alike. */
export class MemoryState implements BotState {
  readonly #now: () => number;
  readonly #sessions = new Map<string, StoredSession & { readonly expiresAt: number }>();
  readonly #windows = new Map<string, Map<string, number>>();
  readonly #guilds = new Map<string, GuildRecord>();
  readonly #counted = new Set<string>();
  #version = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly sessions = {
    read: async (name: string): Promise<StoredSession | undefined> => this.#session(name),
    write: async (name: string, { value, ttlMs, version }: SessionWrite): Promise<boolean> => {
      if (version !== undefined && version !== (this.#session(name)?.version ?? '')) return false;
      this.#version += 1;
      if (value === undefined) this.#sessions.delete(name);
      else this.#sessions.set(name, { value, version: String(this.#version), expiresAt: this.#now() + ttlMs });
      return true;
    },
    delete: async (name: string): Promise<void> => void this.#sessions.delete(name),
  };

  readonly limits = {
    take: async ({ name, id, limit, windowMs }: WindowRequest): Promise<WindowPlace> => {
      const now = this.#now();
      const taken = this.#windows.get(name) ?? new Map<string, number>();
      for (const [key, at] of taken) if (at <= now - windowMs) taken.delete(key);
      this.#windows.set(name, taken);
      if (taken.has(id)) return { taken: true };
      if (taken.size < limit) {
        taken.set(id, now);
        return { taken: true };
      }
      const oldest = [...taken.values()].at(-limit);
      return { taken: false, freeInMs: limit < 1 || oldest === undefined ? windowMs : oldest + windowMs - now };
    },
  };

  readonly guilds = {
    read: async (guildId: string): Promise<GuildRecord | undefined> => this.#guilds.get(guildId),
    count: async ({ eventId, guildId, userId, change }: MemberEvent): Promise<GuildRecord> => {
      const before = this.#guilds.get(guildId) ?? emptyRecord;
      if (this.#counted.has(eventId)) return before;
      this.#counted.add(eventId);
      const step = { joined: 1, left: -1, updated: 0 }[change];
      const record = {
        ...before,
        [change]: before[change] + 1,
        members: before.members === undefined ? undefined : before.members + step,
        lastJoin: change === 'joined' ? { userId, at: this.#now() } : before.lastJoin,
      };
      this.#guilds.set(guildId, record);
      return record;
    },
    present: async ({ guildId, name, memberCount, systemChannelId }: GuildPresence): Promise<void> => {
      const before = this.#guilds.get(guildId) ?? emptyRecord;
      this.#guilds.set(guildId, { ...before, name, systemChannelId, members: memberCount ?? before.members });
    },
    remove: async (guildId: string): Promise<void> => void this.#guilds.delete(guildId),
  };

  #session(name: string): StoredSession | undefined {
    const stored = this.#sessions.get(name);
    if (stored === undefined || stored.expiresAt <= this.#now()) return undefined;
    return { value: stored.value, version: stored.version };
  }
}

const emptyRecord: GuildRecord = {
  name: undefined,
  systemChannelId: undefined,
  members: undefined,
  joined: 0,
  left: 0,
  updated: 0,
  lastJoin: undefined,
};
