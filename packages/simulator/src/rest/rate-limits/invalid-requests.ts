import type { ResolvedLimits } from './options.ts';

interface Offender {
  windowEndsAtMs: number;
  count: number;
  bannedUntilMs: number;
}

/**
 * Counts 401, 403 and non-shared 429 answers to each address, and bans those with too many
 * (docs: Rate Limits, Invalid Request Limit aka Cloudflare bans).
 */
export class InvalidRequests {
  readonly #now: () => number;
  readonly #limits: () => ResolvedLimits;
  readonly #offenders = new Map<string, Offender>();

  constructor(limits: () => ResolvedLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** How long the address is banned yet; 0 when it is not. */
  bannedForMs(address: string): number {
    return Math.max(0, (this.#offenders.get(address)?.bannedUntilMs ?? 0) - this.#now());
  }

  /** How many invalid requests the address has made in its current window. */
  count(address: string): number {
    const offender = this.#offenders.get(address);
    return offender === undefined || this.#now() >= offender.windowEndsAtMs ? 0 : offender.count;
  }

  note(address: string): void {
    const { enabled, invalidRequests } = this.#limits();
    if (!enabled) return;
    const nowMs = this.#now();
    const known = this.#offenders.get(address);
    const offender =
      known === undefined || nowMs >= known.windowEndsAtMs
        ? { windowEndsAtMs: nowMs + invalidRequests.windowMs, count: 0, bannedUntilMs: 0 }
        : known;
    offender.count += 1;
    if (offender.count >= invalidRequests.limit) offender.bannedUntilMs = nowMs + invalidRequests.banMs;
    this.#offenders.set(address, offender);
  }

  clear(): void {
    this.#offenders.clear();
  }
}
