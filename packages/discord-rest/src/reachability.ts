import { DiscordRestError } from './discord-rest-error.ts';
import type { RestListener } from './rest-event.ts';
import type { Route } from './route.ts';

/** For how long a missing answer speaks against Discord being reachable, when nothing was asked since, in ms. */
const believedForMs = 30_000;

/** How long no further request is made after Discord has refused the token: at first, and at most, in ms. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * What the latest requests say of whether Discord can be used at all. Requests of which it is known that they would be
 * refused are not made: each counts towards a ban of the address (Discord docs, Rate Limits, "Invalid Request Limit").
 */
export class Reachability {
  readonly #onEvent: RestListener;
  #refusals = 0;
  #tokenRefusedUntil = 0;
  #blockedUntil = 0;
  #silence: { readonly code: string; readonly until: number } | undefined;

  constructor(onEvent: RestListener) {
    this.#onEvent = onEvent;
  }

  answered(route: Route, failure: DiscordRestError | undefined): void {
    const now = Date.now();
    this.#silence = undefined;
    if (!route.interaction) this.#noteToken(failure, now);
    if (failure?.kind !== 'blocked') {
      this.#blockedUntil = 0;
      return;
    }
    if (this.#blockedUntil <= now) this.#onEvent({ type: 'blocked', forMs: failure.retryAfterMs ?? believedForMs });
    this.#blockedUntil = now + (failure.retryAfterMs ?? believedForMs);
  }

  unanswered(code: string): void {
    this.#silence = { code, until: Date.now() + believedForMs };
  }

  /** The failure of a request that is not to be made now. First responses are always tried: somebody waits. */
  refusal(route: Route): DiscordRestError | undefined {
    const now = Date.now();
    if (route.urgent) return undefined;
    if (this.#blockedUntil > now) {
      return new DiscordRestError('blocked', route, { retryAfterMs: this.#blockedUntil - now, reason: 'not tried' });
    }
    if (this.#tokenRefusedUntil > now && !route.interaction) {
      const retryAfterMs = this.#tokenRefusedUntil - now;
      return new DiscordRestError('unauthorized', route, { retryAfterMs, reason: 'not tried' });
    }
    return undefined;
  }

  /** Why Discord cannot be used; undefined when it can, as far as is known. */
  whyNot(): string | undefined {
    const now = Date.now();
    if (this.#refusals > 0) return 'Discord refuses the bot token (401)';
    if (this.#blockedUntil > now) {
      const seconds = Math.ceil((this.#blockedUntil - now) / 1000);
      return `Discord refuses requests from this address for another ${seconds} s`;
    }
    const silence = this.#silence;
    return silence !== undefined && silence.until > now ? `Discord's API does not answer (${silence.code})` : undefined;
  }

  #noteToken(failure: DiscordRestError | undefined, now: number): void {
    if (failure?.kind !== 'unauthorized') {
      this.#refusals = 0;
      return;
    }
    if (this.#refusals === 0) this.#onEvent({ type: 'token-refused' });
    this.#tokenRefusedUntil = now + Math.min(firstPauseMs * 2 ** this.#refusals, longestPauseMs);
    this.#refusals += 1;
  }
}
