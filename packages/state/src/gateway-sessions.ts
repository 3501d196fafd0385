import { z } from 'zod';
import type { StateConnection } from './redis.ts';

const gatewaySession = z.object({
  sessionId: z.string().min(1),
  resumeUrl: z.url(),
  sequence: z.number().int().min(0),
  unavailableGuilds: z.array(z.string()).readonly(),
});

/** A gateway session as it survives its process. */
export type StoredGatewaySession = Readonly<z.infer<typeof gatewaySession>>;

/** Which shard a session belongs to: with another count, a session is another one. */
export interface ShardKey {
  readonly id: number;
  readonly count: number;
}

/** Discord keeps a session for a few minutes; older ones are worthless. In ms. */
const sessionTtlMs = 15 * 60_000;

/** The gateway sessions of a bot, so that whoever comes next resumes instead of identifying. */
export class GatewaySessions {
  readonly #connection: StateConnection;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  /**
   * Stores sessions in one round trip.
   * @throws {StateUnavailableError}
   */
  async save(sessions: ReadonlyMap<ShardKey, StoredGatewaySession>): Promise<void> {
    if (sessions.size === 0) return;
    await this.#connection.run(async (redis) => {
      const pipeline = redis.pipeline();
      for (const [shard, session] of sessions) {
        pipeline.set(this.#key(shard), JSON.stringify(session), 'PX', sessionTtlMs);
      }
      for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
    });
  }

  /**
   * The stored session of a shard; undefined when there is none that could be understood.
   * @throws {StateUnavailableError}
   */
  async load(shard: ShardKey): Promise<StoredGatewaySession | undefined> {
    const text = await this.#connection.run((redis) => redis.get(this.#key(shard)));
    if (text === null) return undefined;
    const parsed = gatewaySession.safeParse(parseJson(text));
    return parsed.success ? parsed.data : undefined;
  }

  /** Forgets a session that cannot be resumed any more. */
  async remove(shard: ShardKey): Promise<void> {
    await this.#connection.run((redis) => redis.del(this.#key(shard)));
  }

  #key({ id, count }: ShardKey): string {
    return this.#connection.key('session', String(count), String(id));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
