import type { StateConnection } from './redis.ts';

/** A session as it is stored. */
export interface StoredSession {
  readonly value: string;
  /** Another one with every write. */
  readonly version: string;
}

/** What to store of a session. */
export interface SessionWrite {
  /** Undefined ends the session. */
  readonly value: string | undefined;
  /** How long it is kept from now on, in ms. */
  readonly ttlMs: number;
  /** Only when it has this version, empty for none; whatever there is when left out. */
  readonly version?: string;
}

// The version is a time, so that a session which was ended and begun again is not taken for the former.
const writeScript = `
local version = redis.call('HGET', KEYS[1], 'version') or ''
if ARGV[3] == '1' and ARGV[4] ~= version then return 0 end
if ARGV[1] == '0' then redis.call('DEL', KEYS[1]) return 1 end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'value', ARGV[5], 'version', time[1] .. '.' .. time[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/** What handlers keep of a conversation over several interactions. */
export class HandlerSessions {
  readonly #connection: StateConnection;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  /**
   * Undefined when there is none, or no more.
   * @throws {StateUnavailableError}
   */
  async read(name: string): Promise<StoredSession | undefined> {
    const key = this.#key(name);
    const [value, version] = await this.#connection.run((redis) => redis.hmget(key, 'value', 'version'));
    return typeof value === 'string' && typeof version === 'string' ? { value, version } : undefined;
  }

  /**
   * False when the session has another version by now.
   * @throws {StateUnavailableError}
   */
  async write(name: string, { value, ttlMs, version }: SessionWrite): Promise<boolean> {
    const args = [
      value === undefined ? '0' : '1',
      ttlMs,
      version === undefined ? '0' : '1',
      version ?? '',
      value ?? '',
    ];
    return (await this.#connection.eval(writeScript, [this.#parts(name)], args)) === 1;
  }

  /** @throws {StateUnavailableError} */
  async delete(name: string): Promise<void> {
    const key = this.#key(name);
    await this.#connection.run((redis) => redis.del(key));
  }

  #parts(name: string): [string, string] {
    return ['handler-session', name];
  }

  #key(name: string): string {
    return this.#connection.key(...this.#parts(name));
  }
}
