import { randomBytes } from 'node:crypto';
import { claimScript } from './claim-script.ts';
import type { Claim, ClaimOptions, ClaimRequest, ClaimResult, ClaimStore } from './claim-store.ts';
import { StateUnavailableError, type StateConnection } from './redis.ts';

/** One operation on one claim, see {@link claimScript}. */
interface Operation {
  readonly name: 'claim' | 'done' | 'release' | 'suspect' | 'leave' | 'renew';
  readonly key: string;
  readonly argument: string;
  readonly answered: PromiseWithResolvers<string>;
}

/** Most operations in one script call: Redis does nothing else meanwhile, some hundreds of µs. */
const largestBatch = 200;

/** How often a lease is renewed before it would run out. */
const renewalsPerLease = 3;

/** A schema would take longer than all else about a claim. */
function replies(answer: unknown): readonly string[] {
  if (Array.isArray(answer) && answer.every((reply) => typeof reply === 'string')) return answer;
  throw new TypeError('Redis answered a batch of claims with something else than texts.');
}

/**
 * Claims in Redis. What is asked within one turn of the event loop, or while Redis is still at the last batch, goes there
 * together, so that under load an event costs a small part of two round trips; claims that are held for long are renewed
 * together.
 */
export class RedisClaims implements ClaimStore {
  readonly #connection: StateConnection;
  readonly #leaseMs: number;
  readonly #rememberMs: number;
  /** Tells this process from others. */
  readonly #owner = randomBytes(9).toString('base64url');
  /** By key, what this process holds; undefined while it is being claimed. */
  readonly #held = new Map<string, HeldClaim | undefined>();
  #waiting: Operation[] = [];
  /** `soon`: at the end of this turn of the event loop. `asking`: Redis has not answered the last batch. */
  #sending: 'no' | 'soon' | 'asking' = 'no';
  #renewals: NodeJS.Timeout | undefined;

  constructor(connection: StateConnection, { leaseMs = 10_000, rememberMs = 86_400_000 }: ClaimOptions = {}) {
    this.#connection = connection;
    this.#leaseMs = leaseMs;
    this.#rememberMs = rememberMs;
  }

  async claim(eventId: string, request: ClaimRequest = {}): Promise<ClaimResult> {
    const key = this.#connection.key('claim', eventId);
    if (this.#held.has(key)) return { outcome: 'busy' };
    this.#held.set(key, undefined);
    let reply: string;
    try {
      reply = await this.#ask('claim', key, request.isolated === true ? '1' : '0');
    } finally {
      this.#held.delete(key);
    }
    if (reply === 'busy' || reply === 'done') return { outcome: reply };
    const [outcome, number = ''] = reply.split(' ', 2);
    if (outcome === 'suspected') return { outcome, deaths: Number(number) };
    return { outcome: 'claimed', claim: this.#hold(key, number, request.onLost) };
  }

  /** Renews nothing any more: what is held is free when its lease is over. */
  close(): void {
    clearInterval(this.#renewals);
    this.#held.clear();
  }

  #hold(key: string, fence: string, onLost: (() => void) | undefined): Claim {
    const claim = new HeldClaim(fence, {
      ask: (name) => this.#ask(name, key, fence),
      ended: () => this.#held.delete(key),
      onLost,
    });
    this.#held.set(key, claim);
    // For the process as a whole: most claims end before they would be renewed.
    this.#renewals ??= setInterval(() => this.#renew(), this.#leaseMs / renewalsPerLease).unref();
    return claim;
  }

  #renew(): void {
    const now = performance.now();
    // The one before the last renewal would come too late.
    const dueAfterMs = this.#leaseMs / renewalsPerLease / 2;
    for (const claim of this.#held.values()) {
      if (claim !== undefined && now - claim.renewedAt > dueAfterMs) void claim.renew(now);
    }
  }

  #ask(name: Operation['name'], key: string, argument: string): Promise<string> {
    const answered = Promise.withResolvers<string>();
    this.#waiting.push({ name, key, argument, answered });
    this.#sendSoon();
    return answered.promise;
  }

  #sendSoon(): void {
    if (this.#sending !== 'no' || this.#waiting.length === 0) return;
    this.#sending = 'soon';
    setImmediate(() => void this.#send());
  }

  /** One batch at a time: the more is asked while Redis is at it, the more goes there together. */
  async #send(): Promise<void> {
    this.#sending = 'asking';
    const answered = await this.#sendBatch(this.#waiting.splice(0, largestBatch));
    this.#sending = 'no';
    // Whoever waits for a claim may be in a hurry, and need not learn by a wait of their own that Redis is away.
    if (!answered) this.#refuseClaims();
    this.#sendSoon();
  }

  #refuseClaims(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ name }) => name !== 'claim');
    const cause = new StateUnavailableError('Redis did not answer those who asked before.');
    for (const { name, answered } of waiting) if (name === 'claim') answered.reject(cause);
  }

  /** Whether Redis has answered. */
  async #sendBatch(batch: readonly Operation[]): Promise<boolean> {
    const keys = [this.#connection.key('claim-fence')];
    const args: (string | number)[] = [this.#leaseMs, this.#rememberMs, this.#owner];
    for (const { name, key, argument } of batch) {
      keys.push(key);
      args.push(name, argument);
    }
    try {
      const answers = replies(await this.#connection.call(claimScript, keys, args));
      for (const [index, { answered }] of batch.entries()) answered.resolve(answers[index] ?? '');
      return true;
    } catch (cause) {
      for (const { answered } of batch) answered.reject(cause);
      return false;
    }
  }
}

interface HeldClaimPorts {
  readonly ask: (name: Exclude<Operation['name'], 'claim'>) => Promise<string>;
  readonly ended: () => void;
}

class HeldClaim implements Claim {
  readonly fence: number;
  readonly #ports: HeldClaimPorts;
  /** Forgotten at the end: V8's maps hold on to what has been deleted for a while, and with it to the whole event. */
  #onLost: (() => void) | undefined;
  /** By `performance.now()`. */
  renewedAt = performance.now();
  /** What this process holds by the same key may be another claim by now. */
  #ended = false;

  constructor(fence: string, { onLost, ...ports }: HeldClaimPorts & { readonly onLost: (() => void) | undefined }) {
    this.fence = Number(fence);
    this.#ports = ports;
    this.#onLost = onLost;
  }

  async done(): Promise<boolean> {
    return (await this.#end('done')) === '1';
  }

  async release({ suspected = false }: { readonly suspected?: boolean } = {}): Promise<void> {
    await this.#end(suspected ? 'suspect' : 'release');
  }

  async leave(): Promise<void> {
    await this.#end('leave');
  }

  async renew(now: number): Promise<void> {
    this.renewedAt = now;
    let renewed: string;
    try {
      renewed = await this.#ports.ask('renew');
    } catch {
      // Redis is away, for others as well: it is tried again.
      return;
    }
    if (renewed === '1' || this.#ended) return;
    const onLost = this.#onLost;
    this.#forget();
    onLost?.();
  }

  #end(name: 'done' | 'release' | 'suspect' | 'leave'): Promise<string> {
    if (!this.#ended) this.#forget();
    return this.#ports.ask(name);
  }

  #forget(): void {
    this.#ended = true;
    this.#onLost = undefined;
    this.#ports.ended();
  }
}
