import { z } from 'zod';
import { header, type Response } from '../response.ts';
import { DiscordRestError } from '../discord-rest-error.ts';
import type { Lane } from '../rate-limiter.ts';
import type { RestListener } from '../rest-event.ts';
import type { Route } from '../route.ts';
import { scriptOf, type ScriptRunner } from './script-runner.ts';

/** Source: Discord docs, Rate Limits, "Invalid Request Limit": per address and 10 minutes. */
const limit = 10_000;
const slotMs = 30_000;
const slots = 20;

/** How full the count may be, for each kind of request to be made still. */
const shares = { bulk: 0.5, normal: 0.8, interaction: 0.95 };

/** How soon others learn of what was counted here, in ms, and how often their counts are asked for meanwhile. */
const tellWithinMs = 200;
const askEveryMs = 10_000;

/** Adds to the present slot and returns the sum of those that count. KEYS: the counters. ARGV: how many more. */
const script = scriptOf(`
local time = redis.call('TIME')
local slot = math.floor((time[1] * 1000 + time[2] / 1000) / ${slotMs})
if tonumber(ARGV[1]) > 0 then
  redis.call('HINCRBY', KEYS[1], slot, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ${slotMs * (slots + 2)})
end
local sum, counts = 0, redis.call('HGETALL', KEYS[1])
for index = 1, #counts, 2 do
  if tonumber(counts[index]) <= slot - ${slots} then redis.call('HDEL', KEYS[1], counts[index])
  else sum = sum + tonumber(counts[index + 1]) end
end
return sum`);

export interface InvalidRequestsOptions {
  /** Without, only this process is counted. */
  readonly scripts: ScriptRunner | undefined;
  /** Names the address from which Discord sees the requests; processes behind one address have one name. */
  readonly egress: string;
  readonly onEvent: RestListener;
}

/**
 * Counts what Discord counts towards a ban of the address, over all processes behind it, and keeps requests back before it
 * comes to that: bulk ones first, first responses to interactions last.
 */
export class InvalidRequests {
  readonly #options: InvalidRequestsOptions;
  readonly #key: string | undefined;
  #known = 0;
  #untold = 0;
  #askedAt = 0;
  #telling: NodeJS.Timeout | undefined;

  constructor(options: InvalidRequestsOptions) {
    this.#options = options;
    this.#key = options.scripts?.sharedKey(options.egress, 'rest', 'invalid');
  }

  /** The failure of a request that is not to be made now. */
  refusal(route: Route, lane: Lane): DiscordRestError | undefined {
    const count = this.#known + this.#untold;
    if (count === 0) return undefined;
    if (performance.now() - this.#askedAt > askEveryMs) this.#tellSoon();
    if (count < limit * shares[route.interaction ? 'interaction' : lane]) return undefined;
    return new DiscordRestError('blocked', route, {
      retryAfterMs: slotMs,
      reason: `not tried: ${count} of ${limit} invalid requests are spent`,
    });
  }

  /** Source: Discord docs, ibid.: 401, 403 and 429 count, except for 429s of a shared limit. */
  note({ status, headers }: Response): void {
    if (status !== 401 && status !== 403 && status !== 429) return;
    if (status === 429 && header(headers, 'x-ratelimit-scope') === 'shared') return;
    this.#untold += 1;
    this.#tellSoon();
  }

  close(): void {
    clearTimeout(this.#telling);
  }

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => void this.#tell(), tellWithinMs).unref();
  }

  async #tell(): Promise<void> {
    const { scripts, onEvent } = this.#options;
    const told = this.#untold;
    this.#askedAt = performance.now();
    this.#untold = 0;
    try {
      if (scripts === undefined || this.#key === undefined) this.#known = this.#countAlone(told);
      else this.#known = z.number().parse(await scripts.run(script, [this.#key], [told]));
      onEvent({ type: 'invalid-requests', count: this.#known, limit });
    } catch {
      // Redis is away: what was counted here is told when it is back.
      this.#untold += told;
    } finally {
      this.#telling = undefined;
    }
  }

  readonly #slots = new Map<number, number>();

  #countAlone(more: number): number {
    const slot = Math.floor(performance.now() / slotMs);
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + more);
    let sum = 0;
    for (const [at, count] of this.#slots) {
      if (at <= slot - slots) this.#slots.delete(at);
      else sum += count;
    }
    return sum;
  }
}
