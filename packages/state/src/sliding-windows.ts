import type { StateConnection } from './redis.ts';

export interface WindowRequest {
  /** What is limited, and for whom: `welcome:81384788765712384`. */
  readonly name: string;
  /** Who asks: the same id is counted once, so that an event which is delivered again keeps its place. */
  readonly id: string;
  /** How many may pass within the window. */
  readonly limit: number;
  readonly windowMs: number;
}

/** Whether there was a place in the window; if not, in how many ms there will be one. */
export type WindowPlace = { readonly taken: true } | { readonly taken: false; readonly freeInMs: number };

// Answers 0 when the place is taken, otherwise in how many ms the oldest leaves its place.
const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local limit = tonumber(ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= limit then
  if limit < 1 then return tonumber(ARGV[3]) end
  local oldest = redis.call('ZRANGE', KEYS[1], -limit, -limit, 'WITHSCORES')
  return math.max(1, oldest[2] + ARGV[3] - now)
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 0`;

/** Limits of the bot's own over the whole fleet: at most so many in any window of so long, by Redis' clock. */
export class SlidingWindows {
  readonly #connection: StateConnection;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  /**
   * Takes a place in the window, if there is one.
   * @throws {StateUnavailableError}
   */
  async take({ name, id, limit, windowMs }: WindowRequest): Promise<WindowPlace> {
    const key = this.#connection.key('window', name);
    const wait = Number(await this.#connection.run((redis) => redis.eval(takeScript, 1, key, id, limit, windowMs)));
    return wait === 0 ? { taken: true } : { taken: false, freeInMs: wait };
  }
}
