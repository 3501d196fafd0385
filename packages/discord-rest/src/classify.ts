import { RESTJSONErrorCodes as codes } from 'discord-api-types/v10';
import { z } from 'zod';
import { DiscordRestError, type DiscordRestErrorKind, type FailureDetails } from './discord-rest-error.ts';
import { header, type Response } from './response.ts';
import type { Route } from './route.ts';

/** Discord's JSON error; a field that makes no sense is none. Source: Discord docs, Reference, "Error Messages". */
const errorSchema = z.object({
  code: z.number().optional().catch(undefined),
  retry_after: z.number().nonnegative().optional().catch(undefined),
  global: z.boolean().optional().catch(undefined),
  errors: z.unknown().optional(),
});

/** Codes that say more than their status does. */
const kindOfCode: ReadonlyMap<number, DiscordRestErrorKind> = new Map([
  [codes.UnknownInteraction, 'too-late'],
  [codes.InvalidWebhookToken, 'too-late'],
  [codes.InteractionHasAlreadyBeenAcknowledged, 'already-acknowledged'],
  [codes.CloudflareIsBlockingYourRequest, 'blocked'],
  [codes.ServiceResourceIsBeingRateLimited, 'unavailable'],
  [codes.APIResourceOverloaded, 'unavailable'],
]);

/**
 * Statuses with which the request surely had no effect: it never reached what would have done it. Those above 520 are of
 * Cloudflare, which has not reached Discord (Cloudflare docs, "Cloudflare 5xx errors").
 */
const surelyWithoutEffect: ReadonlySet<number> = new Set([502, 503, 521, 523, 525, 526, 530]);

/** Longest wait that is believed, in ms. */
export const longestWaitMs = 86_400_000;

/** What a 429 says of who is limited. Source: Discord docs, Rate Limits, "Header Format". */
export type RateLimitScope = 'user' | 'global' | 'shared';

/** How long to wait after a 429, and who has to. */
export interface RateLimited {
  readonly retryAfterMs: number;
  readonly scope: RateLimitScope;
}

/** What a 429 asks for; undefined for any other answer, and for a 429 that is not Discord's own (no JSON). */
export function rateLimitOf({ status, headers, body }: Response): RateLimited | undefined {
  const parsed = errorSchema.safeParse(body);
  if (status !== 429 || !parsed.success) return undefined;
  const { retry_after: retryAfter, global } = parsed.data;
  const stated = header(headers, 'x-ratelimit-scope');
  const isGlobal = global === true || stated === 'global' || header(headers, 'x-ratelimit-global') === 'true';
  const named = stated === 'shared' ? 'shared' : 'user';
  return {
    retryAfterMs: Math.min(msOf(retryAfter) ?? msOf(header(headers, 'retry-after')) ?? 1_000, longestWaitMs),
    scope: isGlobal ? 'global' : named,
  };
}

/** A time that Discord says in seconds, in ms; undefined when it makes no sense. */
export function msOf(seconds: string | number | undefined): number | undefined {
  const ms = Math.ceil(Number(seconds === '' ? Number.NaN : seconds) * 1000);
  return ms >= 0 && Number.isFinite(ms) ? ms : undefined;
}

/** The failure that an answer means; undefined when it is a success. */
export function failureOf(route: Route, response: Response, attempt: number): DiscordRestError | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return undefined;
  const parsed = errorSchema.safeParse(response.body);
  const error = parsed.success ? parsed.data : undefined;
  const reason = invalidFields(error?.errors);
  const details: FailureDetails = {
    status,
    attempt,
    // Discord sends code 0 where it has no code.
    ...(error?.code !== undefined && error.code !== 0 && { code: error.code }),
    ...(reason !== undefined && { reason }),
  };
  // What is to be deleted and is gone is as it should be: an earlier attempt may have done it.
  if (route.method === 'DELETE' && details.code === codes.UnknownMessage) return undefined;
  const kind = kindOf(route, details, error !== undefined);
  const retryAfterMs = retryAfterOf(response, kind);
  return new DiscordRestError(kind, route, { ...details, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

/** The failure when no complete answer came; `sent` is false when the request surely never left. */
export function failureWithoutAnswer(
  route: Route,
  { sent, code, attempt }: { readonly sent: boolean; readonly code: string; readonly attempt: number },
): DiscordRestError {
  const kind = sent && !route.repeatable ? 'unknown-outcome' : 'unavailable';
  return new DiscordRestError(kind, route, { reason: code, attempt });
}

function kindOf(route: Route, { status = 0, code }: FailureDetails, isDiscords: boolean): DiscordRestErrorKind {
  const known = code === undefined ? undefined : kindOfCode.get(code);
  if (known === 'too-late' && !route.interaction) return 'not-found';
  if (known !== undefined) return known;
  if (status >= 500) {
    const harmless = route.repeatable || surelyWithoutEffect.has(status);
    return harmless ? 'unavailable' : 'unknown-outcome';
  }
  switch (status) {
    case 401:
      return route.interaction ? 'too-late' : 'unauthorized';
    // Discord's own answer is JSON; a page is its edge's, which bans an address for invalid requests.
    case 403:
      return isDiscords ? 'forbidden' : 'blocked';
    case 404:
      return isDiscords ? 'not-found' : 'unexpected-response';
    case 408:
      return 'unavailable';
    case 429:
      return isDiscords ? 'rate-limited' : 'blocked';
    default:
      return status >= 400 ? 'invalid' : 'unexpected-response';
  }
}

/** How long to wait where Discord does not say, in ms: a person has to mend it. */
const untilMendedMs: Partial<Record<DiscordRestErrorKind, number>> = { unauthorized: 30_000, blocked: 60_000 };

/** Least wait after a block, in ms, whatever the edge says. */
const leastBlockMs = 1_000;

function retryAfterOf(response: Response, kind: DiscordRestErrorKind): number | undefined {
  const statedMs = rateLimitOf(response)?.retryAfterMs ?? msOf(header(response.headers, 'retry-after'));
  const ms = statedMs ?? untilMendedMs[kind];
  if (ms === undefined) return undefined;
  return Math.min(kind === 'blocked' ? Math.max(ms, leastBlockMs) : ms, longestWaitMs);
}

const namedFields = 5;

/**
 * Which fields a "50035 Invalid Form Body" is about: `embeds.0.title BASE_TYPE_MAX_LENGTH`. Only names and codes:
 * Discord's messages repeat what was sent.
 */
function invalidFields(errors: unknown): string | undefined {
  const fields: string[] = [];
  collectFields(errors, '', fields);
  return fields.length === 0 ? undefined : fields.join(', ');
}

const fieldErrors = z.array(z.object({ code: z.string().regex(/^[A-Z0-9_]{1,60}$/) }));

function collectFields(value: unknown, path: string, into: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, nested] of Object.entries(value)) {
    if (into.length >= namedFields || path.length > 100) return;
    const found = name === '_errors' ? fieldErrors.safeParse(nested) : undefined;
    if (found?.success) into.push(`${path || 'body'} ${found.data[0]?.code ?? 'INVALID'}`);
    else if (/^\w{1,40}$/.test(name)) collectFields(nested, path ? `${path}.${name}` : name, into);
  }
}
