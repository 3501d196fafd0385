import { hash } from 'node:crypto';
import { RESTJSONErrorCodes as codes } from 'discord-api-types/v10';
import type { EndpointName } from './api/api.ts';
import { DiscordRestError } from './discord-rest-error.ts';
import type { RequestContent } from './request-content.ts';
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
  [codes.InvalidWebhookToken, goneForMs],
]);

/** Paths kept, and refusals of each; the oldest are forgotten first. */
const mostPaths = 10_000;
const mostOfPath = 8;

interface Refusal {
  readonly error: DiscordRestError;
  readonly until: number;
}

/** What was refused: a route with what was sent to it. */
export interface RefusedRequest {
  readonly route: Route;
  readonly content: () => RequestContent;
}

/**
 * What Discord has refused of late for a reason that stays: a further request would be refused as well, and count towards
 * a ban of the address.
 */
export class Refusals {
  /** By method and path, then by {@link makeOf} what was sent. */
  readonly #known = new Map<string, Map<string, Refusal>>();

  /** The failure of a request that is known to be refused. */
  of(request: RefusedRequest): DiscordRestError | undefined {
    if (this.#known.size === 0) return undefined;
    const known = this.#known.get(keyOf(request.route));
    const refusal = known?.get(makeOf(request));
    if (refusal === undefined || Date.now() >= refusal.until) return undefined;
    const { kind, status, code } = refusal.error;
    return new DiscordRestError(kind, request.route, {
      ...(status !== undefined && { status }),
      ...(code !== undefined && { code }),
      reason: 'known from before, not tried',
    });
  }

  learn(request: RefusedRequest, failure: DiscordRestError | undefined): void {
    // An interaction ends by itself, and its paths hold its token.
    if (failure === undefined || request.route.interaction) return;
    const unknownMs = failure.kind === 'not-found' ? unknownForMs.get(failure.code ?? 0) : undefined;
    const forMs = failure.kind === 'forbidden' ? forbiddenForMs : unknownMs;
    if (forMs === undefined) return;
    const key = keyOf(request.route);
    const known = this.#known.get(key) ?? new Map<string, Refusal>();
    known.set(makeOf(request), { error: failure, until: Date.now() + forMs });
    forgetOldest(known, mostOfPath);
    this.#known.set(key, known);
    forgetOldest(this.#known, mostPaths);
  }
}

function keyOf({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** Of these, whether they are refused depends on what they consist of, and not on what they say. */
const messages: ReadonlySet<string> = new Set<EndpointName>([
  'POST /channels/{channel.id}/messages',
  'POST /webhooks/{webhook.id}/{webhook.token}',
]);

/** Tells requests apart that Discord may judge differently: a nickname may be refused where a mute is not. */
function makeOf({ route, content }: RefusedRequest): string {
  const { json = '', multipart } = content();
  if (json === '' || !messages.has(`${route.method} ${route.template}`)) return hash('sha1', json);
  const body: unknown = JSON.parse(json);
  const fields = typeof body === 'object' && body !== null ? Object.keys(body).toSorted() : [];
  return hash('sha1', [...fields, multipart === undefined ? '' : 'with files'].join(' '));
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
