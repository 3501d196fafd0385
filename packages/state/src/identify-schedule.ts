import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { budgetScript, turnScript, turnUntilScript } from './identify-schedule-script.ts';
import type { StateConnection } from './redis.ts';
import { leaseKeys } from './shard-leases.ts';

/** How many sessions a bot may start (`session_start_limit` of GET /gateway/bot). */
export interface SessionStartLimit {
  readonly total: number;
  readonly remaining: number;
  /** In ms. */
  readonly resetAfterMs: number;
  /** IDENTIFYs at a time, one for each `shard_id % maxConcurrency`. */
  readonly maxConcurrency: number;
}

/** Who asks for a turn, and by what right. */
export interface LeaseHolder {
  readonly name: string;
  /** The fence under which a shard is held; undefined when it is not. */
  fenceOf(shardId: number): number | undefined;
}

export interface IdentifyScheduleOptions {
  readonly holder: LeaseHolder;
  /** Asks Discord for the limit; called when the fleet does not know it, which it forgets when the limit is reset. */
  readonly limit: (signal: AbortSignal) => Promise<SessionStartLimit>;
  /** Told each time the budget turns out to be spent but for its reserve. */
  readonly onSpent?: (resetInMs: number) => void;
  /** From one IDENTIFY of a bucket to the next, in ms: Discord's 5 s and what the network adds. */
  readonly windowMs?: number;
  /** How long a turn outlives a process that dies in it, in ms. */
  readonly turnMs?: number;
}

/** A shard's turn to identify, which ends by one of the two. */
export interface IdentifyTurn {
  /** IDENTIFY has been sent: the next turn comes a window later. */
  identified(): void;
  /** No IDENTIFY was sent: the next turn may come at once. After `identified` it changes nothing. */
  abandoned(): void;
}

/** Of the daily budget this part is never spent: with it a person can still start the bot. */
const reservedPart = 0.05;

/** How long until it is asked again when Redis, Discord or the lease is missing, in ms. */
const retryMs = 500;

/** Another's turn is asked after at least this often, in ms. */
const busyRetryMs = 1_000;

/** A spent budget is asked for again this often, in ms: a person may have had it raised. */
const spentRetryMs = 60_000;

const budgetKey = ['identify', 'budget'];
const turnsKey = ['identify', 'turns'];

const turnReply = z.tuple([z.enum(['turn', 'busy', 'spent', 'no-budget', 'no-lease']), z.number()]);

type TurnAnswer =
  | { readonly kind: 'turn'; readonly bucket: number; readonly name: string }
  /** Not now; `reason` is what a person should know, if anything. */
  | { readonly kind: 'wait'; readonly ms: number; readonly reason?: string };

/**
 * Who may identify when, over all processes of a bot: one at a time in each bucket, at most one a window, and no more a
 * day than Discord allows, since over that it resets the token. A turn is given to the holder of the shard's lease only;
 * without Redis there is none.
 * Source: Discord docs, Gateway, "Rate Limiting" and "Sharding: max_concurrency".
 */
export class IdentifySchedule {
  readonly #connection: StateConnection;
  readonly #options: Required<IdentifyScheduleOptions>;
  /** By bucket, when the last turn of this process that was asked for is over: one asks at a time. */
  readonly #lines = new Map<number, Promise<void>>();
  /** By shard, what it waits for other than its turn. */
  readonly #obstacles = new Map<number, string>();
  #maxConcurrency = 1;
  #spent = false;
  #learning: Promise<void> | undefined;

  constructor(connection: StateConnection, options: IdentifyScheduleOptions) {
    this.#connection = connection;
    this.#options = { windowMs: 5_200, turnMs: 10_000, onSpent: () => undefined, ...options };
  }

  /** Why shards that must identify cannot; undefined when none waits for more than its turn. */
  whyWaiting(): string | undefined {
    const [obstacle] = this.#obstacles.values();
    return obstacle;
  }

  /**
   * Takes in what Discord has just said of the limit.
   * @throws {StateUnavailableError}
   */
  async learn({ total, remaining, resetAfterMs, maxConcurrency }: SessionStartLimit): Promise<void> {
    this.#maxConcurrency = maxConcurrency;
    const args = [remaining, Math.floor(total * reservedPart), maxConcurrency, Math.max(1, Math.ceil(resetAfterMs))];
    await this.#connection.eval(budgetScript, [budgetKey], args);
  }

  /** Resolves when it is the shard's turn; rejects when `signal` is aborted before. */
  async enter(shardId: number, signal: AbortSignal): Promise<IdentifyTurn> {
    const line = shardId % this.#maxConcurrency;
    const before = this.#lines.get(line);
    const over = Promise.withResolvers<void>();
    this.#lines.set(line, over.promise);
    try {
      await untilOver(before, signal);
      return this.#given(await this.#turn(shardId, signal), over.resolve);
    } catch (cause) {
      // Whoever waits behind this turn waits for the one before it instead.
      over.resolve(before);
      throw new Error('stopped while waiting to identify', { cause });
    } finally {
      this.#obstacles.delete(shardId);
    }
  }

  async #turn(shardId: number, signal: AbortSignal): Promise<TurnAnswer & { kind: 'turn' }> {
    for (;;) {
      const answer = await this.#ask(shardId, signal);
      if (signal.aborted && answer.kind === 'turn') this.#setTurn(answer, { lastsMs: 0, giveBack: true });
      signal.throwIfAborted();
      if (answer.kind === 'turn') return answer;
      if (answer.reason === undefined) this.#obstacles.delete(shardId);
      else this.#obstacles.set(shardId, answer.reason);
      // Those of other processes that wait for the same moment are not to come all at once.
      await delay(answer.ms * (1 + 0.05 * Math.random()), undefined, { signal });
    }
  }

  async #ask(shardId: number, signal: AbortSignal): Promise<TurnAnswer> {
    const { holder, turnMs, onSpent } = this.#options;
    const fence = holder.fenceOf(shardId);
    const noLease = {
      kind: 'wait',
      ms: retryMs,
      reason: `Redis does not confirm the lease of shard ${shardId}`,
    } as const;
    if (fence === undefined) return noLease;
    const keys = [budgetKey, turnsKey, leaseKeys.members, leaseKeys.leases];
    const name = randomBytes(9).toString('base64url');
    try {
      const reply = await this.#connection.eval(turnScript, keys, [shardId, fence, holder.name, name, turnMs]);
      const [kind, number] = turnReply.parse(reply);
      if (kind !== 'spent') this.#spent = false;
      switch (kind) {
        case 'turn':
          return { kind, bucket: number, name };
        case 'busy':
          // A turn may end long before it would run out.
          return { kind: 'wait', ms: Math.min(number, busyRetryMs) };
        case 'no-lease':
          return noLease;
        case 'no-budget':
          await (this.#learning ??= this.#askDiscord(signal).finally(() => (this.#learning = undefined)));
          return { kind: 'wait', ms: 0 };
        case 'spent':
          if (!this.#spent) onSpent(number);
          this.#spent = true;
          return { kind: 'wait', ms: Math.min(number, spentRetryMs), reason: spentReason(number) };
        default:
          return kind satisfies never;
      }
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      return { kind: 'wait', ms: retryMs, reason: `whether shard ${shardId} may identify cannot be told: ${message}` };
    }
  }

  async #askDiscord(signal: AbortSignal): Promise<void> {
    await this.learn(await this.#options.limit(signal));
  }

  /** A turn that is kept from running out until it ends, for as long as the process lives. */
  #given(turn: TurnAnswer & { kind: 'turn' }, over: () => void): IdentifyTurn {
    const { turnMs, windowMs } = this.#options;
    const renewal = setInterval(() => this.#setTurn(turn, { lastsMs: turnMs }), turnMs / 3);
    renewal.unref();
    let ended = false;
    const end = (how: { lastsMs: number; giveBack?: boolean }): void => {
      if (ended) return;
      ended = true;
      clearInterval(renewal);
      this.#setTurn(turn, how);
      over();
    };
    return {
      identified: () => end({ lastsMs: windowMs }),
      abandoned: () => end({ lastsMs: 0, giveBack: true }),
    };
  }

  /** Without Redis the turn runs out by itself. */
  #setTurn(
    { bucket, name }: TurnAnswer & { kind: 'turn' },
    { lastsMs, giveBack = false }: { lastsMs: number; giveBack?: boolean },
  ): void {
    const args = [bucket, name, lastsMs, giveBack ? 1 : 0];
    this.#connection.eval(turnUntilScript, [turnsKey, budgetKey], args).catch(() => undefined);
  }
}

function spentReason(resetInMs: number): string {
  const resetAt = new Date(Date.now() + resetInMs).toISOString();
  return `the sessions that may be started today are spent but for a reserve: waiting until ${resetAt}`;
}

async function untilOver(turn: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([turn, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
