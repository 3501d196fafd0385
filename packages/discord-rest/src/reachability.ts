import type { DiscordRestError } from './discord-rest-error.ts';
import type { Route } from './route.ts';

/** For how long a missing answer speaks against Discord being reachable, when nothing was asked since. */
const believedForMs = 30_000;

/** What the latest requests say of whether Discord can be used at all: for readiness. */
export class Reachability {
  #tokenRefused = false;
  #blockedUntil = 0;
  #silence: { readonly code: string; readonly until: number } | undefined;

  answered(route: Route, failure: DiscordRestError | undefined): void {
    this.#silence = undefined;
    if (!route.interaction) this.#tokenRefused = failure?.kind === 'unauthorized';
    this.#blockedUntil = failure?.kind === 'blocked' ? Date.now() + (failure.retryAfterMs ?? believedForMs) : 0;
  }

  unanswered(code: string): void {
    this.#silence = { code, until: Date.now() + believedForMs };
  }

  /** Why Discord cannot be used; undefined when it can, as far as is known. */
  whyNot(): string | undefined {
    const now = Date.now();
    if (this.#tokenRefused) return 'Discord refuses the bot token (401)';
    if (this.#blockedUntil > now) {
      const seconds = Math.ceil((this.#blockedUntil - now) / 1000);
      return `Discord refuses requests from this address for another ${seconds} s`;
    }
    const silence = this.#silence;
    return silence !== undefined && silence.until > now ? `Discord's API does not answer (${silence.code})` : undefined;
  }
}
