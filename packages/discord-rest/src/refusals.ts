import { RESTJSONErrorCodes as codes } from 'discord-api-types/v10';
import { DiscordRestError } from './discord-rest-error.ts';
import type { Route } from './route.ts';

/** How long a missing permission or membership is believed, in ms: somebody may mend it, and tries again then. */
const forbiddenForMs = 30_000;

/** How long something is believed to be gone, in ms. Ids are not used twice. */
const goneForMs = 3_600_000;

/**
 * How long what Discord does not know is not asked for again, in ms. A bot may be invited to a guild that it has left; channels
 * and webhooks do not come back. Source: Discord docs, "Opcodes and Status Codes", JSON error codes.
 */
const unknownForMs: ReadonlyMap<number, number> = new Map([
  [codes.UnknownGuild, forbiddenForMs],
  [codes.UnknownChannel, goneForMs],
  [codes.UnknownWebhook, goneForMs],
]);

/** Refusals kept; the oldest are forgotten first. */
const capacity = 10_000;

interface Refusal {
  readonly error: DiscordRestError;
  readonly until: number;
}

/**
 * What Discord has refused of late for a reason that stays: a further request would be refused as well, and count towards
 * a ban of the address.
 */
export class Refusals {
  readonly #known = new Map<string, Refusal>();

  /** The failure of a request that is known to be refused. */
  of(route: Route): DiscordRestError | undefined {
    const refusal = this.#known.get(keyOf(route));
    if (refusal === undefined) return undefined;
    if (Date.now() >= refusal.until) {
      this.#known.delete(keyOf(route));
      return undefined;
    }
    const { kind, status, code } = refusal.error;
    return new DiscordRestError(kind, route, {
      ...(status !== undefined && { status }),
      ...(code !== undefined && { code }),
      reason: 'known from before, not tried',
    });
  }

  learn(route: Route, failure: DiscordRestError | undefined): void {
    // An interaction ends by itself, and its paths hold its token.
    if (failure === undefined || route.interaction) return;
    const unknownMs = failure.kind === 'not-found' ? unknownForMs.get(failure.code ?? 0) : undefined;
    const forMs = failure.kind === 'forbidden' ? forbiddenForMs : unknownMs;
    if (forMs === undefined) return;
    this.#known.set(keyOf(route), { error: failure, until: Date.now() + forMs });
    const [oldest] = this.#known.keys();
    if (this.#known.size > capacity && oldest !== undefined) this.#known.delete(oldest);
  }
}

function keyOf({ method, path }: Route): string {
  return `${method} ${path}`;
}
