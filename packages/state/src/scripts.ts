import type { LuaScript, StateConnection } from './redis.ts';

/**
 * Lua scripts of other parts, on the connection and below the prefix of this one. What a script touches shall share a
 * hash tag with its first key, so that a cluster has it in one place.
 */
export class Scripts {
  readonly #connection: StateConnection;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  /** The full name of a key of this bot. */
  key(...parts: readonly string[]): string {
    return this.#connection.key(...parts);
  }

  /** The full name of a key that belongs to several bots, with `owner` as its hash tag. */
  sharedKey(owner: string, ...parts: readonly string[]): string {
    return this.#connection.sharedKey(owner, ...parts);
  }

  /**
   * Runs a script on keys in full; a Redis that does not know it yet is told.
   * @throws {StateUnavailableError}
   */
  run(script: LuaScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#connection.call(script, keys, args);
  }
}
