import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { StateConnection } from './redis.ts';

/** The claim of one worker on one event. */
export interface Claim {
  /**
   * The event has been dealt with: for 24 h a duplicate is recognised. False when the lease had run out and
   * somebody else has taken the event over.
   */
  done(): Promise<boolean>;
  /** The event has not been dealt with: somebody may claim it at once. */
  release(): Promise<void>;
}

export type ClaimResult =
  | { readonly outcome: 'claimed'; readonly claim: Claim }
  /** Another worker is at it, or died at it not long ago. */
  | { readonly outcome: 'busy' }
  /** It has been dealt with. */
  | { readonly outcome: 'done' };

export interface ClaimOptions {
  /** How long a claim holds without being renewed, in ms; longer than a handler may take. */
  readonly leaseMs?: number;
  /** How long a duplicate is recognised, in ms. */
  readonly rememberMs?: number;
}

const doneMark = 'done';

const claimScript = `
local held = redis.call('GET', KEYS[1])
if not held then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 'claimed'
end
if held == '${doneMark}' then return 'done' end
return 'busy'`;

const doneScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], '${doneMark}', 'PX', ARGV[2])
return 1`;

const releaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

const claimReply = z.enum(['claimed', 'busy', 'done']);

/**
 * The idempotent consumer (Enterprise Integration Patterns, "Idempotent Receiver"): claim → effect → done → ack.
 * A claim is a lease with an owner, so that what a dead worker held is free again, and a worker that slept through
 * its lease cannot mark as done what somebody else is at.
 */
export class Claims {
  readonly #connection: StateConnection;
  readonly #leaseMs: number;
  readonly #rememberMs: number;

  constructor(connection: StateConnection, { leaseMs = 60_000, rememberMs = 86_400_000 }: ClaimOptions = {}) {
    this.#connection = connection;
    this.#leaseMs = leaseMs;
    this.#rememberMs = rememberMs;
  }

  /**
   * Claims the event of this id.
   * @throws {StateUnavailableError}
   */
  async claim(eventId: string): Promise<ClaimResult> {
    const key = this.#connection.key('claim', eventId);
    const owner = randomBytes(12).toString('base64url');
    const outcome = claimReply.parse(
      await this.#connection.run((redis) => redis.eval(claimScript, 1, key, owner, this.#leaseMs)),
    );
    if (outcome !== 'claimed') return { outcome };
    const claim: Claim = {
      done: async () => {
        const marked = await this.#connection.run((redis) => redis.eval(doneScript, 1, key, owner, this.#rememberMs));
        return marked === 1;
      },
      release: async () => {
        await this.#connection.run((redis) => redis.eval(releaseScript, 1, key, owner));
      },
    };
    return { outcome, claim };
  }
}
