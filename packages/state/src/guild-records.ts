import { z } from 'zod';
import type { StateConnection } from './redis.ts';

/** A guild as its bot last heard of it. */
export interface GuildPresence {
  readonly guildId: string;
  readonly name: string;
  /** Undefined where Discord does not tell: then it stays as it was counted. */
  readonly memberCount: number | undefined;
  /** Where the guild wants its system messages; undefined when nowhere. */
  readonly systemChannelId: string | undefined;
}

/** What a member did. */
export type MemberChange = 'joined' | 'left' | 'updated';

export interface MemberEvent {
  /** Recognises the event when it is delivered again: it counts once. */
  readonly eventId: string;
  readonly guildId: string;
  readonly userId: string;
  readonly change: MemberChange;
}

/** What is known of a guild; the counters are those since its record began. */
export interface GuildRecord {
  readonly name: string | undefined;
  readonly systemChannelId: string | undefined;
  /** Members now; undefined until the guild has been heard of. */
  readonly members: number | undefined;
  readonly joined: number;
  readonly left: number;
  readonly updated: number;
  readonly lastJoin: { readonly userId: string; readonly at: number } | undefined;
}

/** How long a guild is remembered that nobody speaks of, in ms. */
const recordTtlMs = 30 * 86_400_000;

/** How long an event is recognised, in ms, and how many of a guild at most: longer than its retries last. */
const recognised = { ms: 3_600_000, events: 10_000 };

/** KEYS: record, events counted. ARGV: event, change, user, step of the member count, TTL, recognised ms and events. */
const countScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('ZADD', KEYS[2], 'NX', now, ARGV[1]) == 1 then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[6])
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -(ARGV[7] + 1))
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
  redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
  if redis.call('HEXISTS', KEYS[1], 'members') == 1 then redis.call('HINCRBY', KEYS[1], 'members', ARGV[4]) end
  if ARGV[2] == 'joined' then redis.call('HSET', KEYS[1], 'lastJoinUser', ARGV[3], 'lastJoinAt', now) end
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
return redis.call('HGETALL', KEYS[1])`;

const steps: Readonly<Record<MemberChange, number>> = { joined: 1, left: -1, updated: 0 };

const count = z.coerce.number().int();

const fields = z.object({
  name: z.string().optional(),
  systemChannel: z.string().optional(),
  members: count.optional(),
  joined: count.default(0),
  left: count.default(0),
  updated: count.default(0),
  lastJoinUser: z.string().optional(),
  lastJoinAt: count.optional(),
});

/** What the fleet knows of the guilds of its bot: who they are, and how their members come and go. */
export class GuildRecords {
  readonly #connection: StateConnection;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  /**
   * The guild is there, and is what Discord says now.
   * @throws {StateUnavailableError}
   */
  async present({ guildId, name, memberCount, systemChannelId }: GuildPresence): Promise<void> {
    const key = this.#recordKey(guildId);
    await this.#connection.run(async (redis) => {
      const transaction = redis.multi().hset(key, { name, ...(memberCount !== undefined && { members: memberCount }) });
      if (systemChannelId === undefined) transaction.hdel(key, 'systemChannel');
      else transaction.hset(key, { systemChannel: systemChannelId });
      for (const [error] of (await transaction.pexpire(key, recordTtlMs).exec()) ?? []) if (error !== null) throw error;
    });
  }

  /**
   * The bot is no longer in the guild: what was known of it is forgotten.
   * @throws {StateUnavailableError}
   */
  async remove(guildId: string): Promise<void> {
    await this.#connection.run((redis) => redis.unlink(this.#recordKey(guildId), this.#countedKey(guildId)));
  }

  /**
   * Counts what a member did, once for its event, and returns the guild's record.
   * @throws {StateUnavailableError}
   */
  async count({ eventId, guildId, userId, change }: MemberEvent): Promise<GuildRecord> {
    const keys = [this.#recordKey(guildId), this.#countedKey(guildId)];
    const args = [eventId, change, userId, steps[change], recordTtlMs, recognised.ms, recognised.events];
    const reply = await this.#connection.run((redis) => redis.eval(countScript, keys.length, ...keys, ...args));
    const flat = z.array(z.string()).parse(reply);
    return toRecord(Object.fromEntries(flat.flatMap((name, index) => (index % 2 ? [] : [[name, flat[index + 1]]]))));
  }

  /**
   * The record of a guild; undefined when nothing is known of it.
   * @throws {StateUnavailableError}
   */
  async read(guildId: string): Promise<GuildRecord | undefined> {
    const found = await this.#connection.run((redis) => redis.hgetall(this.#recordKey(guildId)));
    return Object.keys(found).length === 0 ? undefined : toRecord(found);
  }

  #recordKey(guildId: string): string {
    return this.#connection.key('guild', guildId);
  }

  #countedKey(guildId: string): string {
    return this.#connection.key('guild', guildId, 'counted');
  }
}

function toRecord(found: unknown): GuildRecord {
  const { name, systemChannel, members, joined, left, updated, lastJoinUser, lastJoinAt } = fields.parse(found);
  return {
    name,
    systemChannelId: systemChannel,
    members,
    joined,
    left,
    updated,
    lastJoin: lastJoinUser === undefined ? undefined : { userId: lastJoinUser, at: lastJoinAt ?? 0 },
  };
}
