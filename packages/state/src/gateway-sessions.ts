import { z } from 'zod';
import type { StateConnection } from './redis.ts';
import { leaseKeys } from './shard-leases.ts';

const gatewaySession = z.object({
  sessionId: z.string().min(1),
  resumeUrl: z.url(),
  sequence: z.number().int().min(0),
  unavailableGuilds: z.array(z.string()).readonly(),
  unreplayed: z.number().int().min(0).exactOptional(),
});

/** A gateway session as it survives its process. */
export type StoredGatewaySession = Readonly<z.infer<typeof gatewaySession>>;

/** Which shard a session belongs to: with another count, a session is another one. */
export interface ShardKey {
  readonly id: number;
  readonly count: number;
}

/** A session to be stored, by the holder of its shard's lease. */
export interface FencedSession {
  readonly shard: ShardKey;
  /** Of the lease under which the shard runs. */
  readonly fence: number;
  readonly session: StoredGatewaySession;
}

/**
 * How long a session is kept, in ms. Discord keeps it for minutes only, but whoever finds it later and is refused can
 * tell what was lost.
 */
const sessionTtlMs = 86_400_000;

/** How many sessions are stored by one call of the script: Redis does nothing else meanwhile. */
const sessionsPerCall = 250;

const fencing = `
local function outranked(shard, fence)
  local lease = redis.call('HGET', KEYS[1], shard)
  return lease and tonumber(string.match(lease, '^%d+')) > tonumber(fence)
end
`;

/** KEYS: leases, sessions. ARGV: TTL, then shard, fence and session of each. Returns the shards that are another's. */
const saveScript = `${fencing}
local refused = {}
for i = 2, #KEYS do
  local at = (i - 2) * 3 + 2
  if outranked(ARGV[at], ARGV[at + 1]) then refused[#refused + 1] = tonumber(ARGV[at])
  else redis.call('SET', KEYS[i], ARGV[at + 2], 'PX', ARGV[1]) end
end
return refused`;

/** KEYS: leases, session. ARGV: shard, fence. */
const removeScript = `${fencing}
if outranked(ARGV[1], ARGV[2]) then return 0 end
return redis.call('DEL', KEYS[2])`;

const refusedShards = z.array(z.number());

/**
 * The gateway sessions of a bot, so that whoever comes next resumes instead of identifying. They are fenced: once a
 * shard's lease has been given to another, its former holder can neither store nor remove its session.
 */
export class GatewaySessions {
  readonly #connection: StateConnection;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  /**
   * Stores sessions in one round trip. Returns the ids of the shards whose session was refused, since another holds
   * their lease by now.
   * @throws {StateUnavailableError}
   */
  async save(sessions: readonly FencedSession[]): Promise<readonly number[]> {
    const batches = Array.from({ length: Math.ceil(sessions.length / sessionsPerCall) }, (_, batch) =>
      sessions.slice(batch * sessionsPerCall, (batch + 1) * sessionsPerCall),
    );
    const refused = await Promise.all(
      batches.map((batch) => {
        const keys = [leaseKeys.leases, ...batch.map(({ shard }) => keyParts(shard))];
        const args = batch.flatMap(({ shard, fence, session }) => [shard.id, fence, JSON.stringify(session)]);
        return this.#connection.eval(saveScript, keys, [sessionTtlMs, ...args]);
      }),
    );
    return refused.flatMap((reply) => refusedShards.parse(reply));
  }

  /**
   * The stored session of a shard; undefined when there is none that could be understood.
   * @throws {StateUnavailableError}
   */
  async load(shard: ShardKey): Promise<StoredGatewaySession | undefined> {
    const text = await this.#connection.run((redis) => redis.get(this.#connection.key(...keyParts(shard))));
    if (text === null) return undefined;
    const parsed = gatewaySession.safeParse(parseJson(text));
    return parsed.success ? parsed.data : undefined;
  }

  /**
   * Forgets a session that cannot be resumed any more, unless the shard is another's by now.
   * @throws {StateUnavailableError}
   */
  async remove(shard: ShardKey, fence: number): Promise<void> {
    await this.#connection.eval(removeScript, [leaseKeys.leases, keyParts(shard)], [shard.id, fence]);
  }
}

function keyParts({ id, count }: ShardKey): readonly string[] {
  return ['session', String(count), String(id)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
