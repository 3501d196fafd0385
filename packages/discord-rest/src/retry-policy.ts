import { RESTJSONErrorCodes } from 'discord-api-types/v10';
import type { DiscordRestError } from './discord-rest-error.ts';
import type { Route } from './route.ts';

/**
 * How long one attempt may take, in ms, from when everything is sent: of the three seconds of a first response none may
 * take all.
 */
export function attemptTimeoutOf(route: Route): number {
  return route.urgent ? 1_000 : 10_000;
}

/** Attempts of one call; waiting for a rate limit is none. Of a first response its three seconds are the end. */
const maxAttempts = 6;

/** How long to wait before a repetition: at first, and at most, in ms. */
const usualDelays = { first: 300, longest: 5_000 };
const urgentDelays = { first: 50, longest: 400 };

/** How long a webhook may be unknown before it is believed, in ms. */
const webhookAppearsWithinMs = 10_000;

/** 429s of one call: after so many others take more of the limit than is known of it, and the caller may come again. */
const maxRateLimits = 10;

/** Least wait after a 429 to a first response, in ms. */
const leastWaitMs = 50;

export interface AttemptHistory {
  readonly route: Route;
  /** Which attempt has failed; meeting a rate limit is none. */
  readonly attempt: number;
  /** How many rate limits were met. */
  readonly rateLimits: number;
  /** How long the call has been going on. */
  readonly elapsedMs: number;
  /** In [0, 1): spreads the repetitions of many callers. */
  readonly random: number;
}

/**
 * How long to wait before the call is tried again within its deadline; undefined when that is of no use, or
 * might do something twice. After a 429 the rate limiter knows when its time has come; it does not know of first responses.
 */
export function retryDelay(error: DiscordRestError, history: AttemptHistory): number | undefined {
  const { route, attempt, rateLimits, elapsedMs, random } = history;
  if (error.kind === 'rate-limited') {
    if (rateLimits >= maxRateLimits) return undefined;
    return route.urgent ? Math.max(error.retryAfterMs ?? 0, leastWaitMs) : 0;
  }
  if (route.awaitsWebhook && error.code === RESTJSONErrorCodes.UnknownWebhook) {
    return elapsedMs < webhookAppearsWithinMs ? 250 + 250 * random : undefined;
  }
  if (error.kind !== 'unavailable' || (attempt >= maxAttempts && !route.urgent)) return undefined;
  const { first, longest } = route.urgent ? urgentDelays : usualDelays;
  const ceiling = Math.min(first * 2 ** (attempt - 1), longest);
  return Math.max(error.retryAfterMs ?? 0, ceiling / 2 + (ceiling / 2) * random);
}
