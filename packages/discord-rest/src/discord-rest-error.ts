import { RESTJSONErrorCodes } from 'discord-api-types/v10';
import type { Method, Route } from './route.ts';

/**
 * What a failed request means to whoever made it:
 * - `too-late`: the interaction can no longer be answered (10062, 50027, or its time is over);
 * - `already-acknowledged`: somebody has responded to the interaction before (40060);
 * - `not-found`: what the request is about does not exist (any more);
 * - `forbidden`: the bot may not do this, here or to this user;
 * - `unauthorized`: Discord refuses the bot token, until somebody mends that;
 * - `invalid`: Discord refuses the request as it is, or it cannot even be sent: an id is none, a file cannot be read;
 * - `rate-limited`: the limit frees up only after the deadline; `retryAfterMs` says when;
 * - `blocked`: Discord's edge refuses this address for a while, for too many invalid requests;
 * - `unavailable`: no answer, or none that helps; nothing is harmed by doing it again;
 * - `unknown-outcome`: no answer to a request that must not be repeated: it may have had its effect;
 * - `unexpected-response`: Discord answered with what its documentation does not say;
 * - `aborted`: the caller's signal ended it.
 */
export type DiscordRestErrorKind =
  | 'too-late'
  | 'already-acknowledged'
  | 'not-found'
  | 'forbidden'
  | 'unauthorized'
  | 'invalid'
  | 'rate-limited'
  | 'blocked'
  | 'unavailable'
  | 'unknown-outcome'
  | 'unexpected-response'
  | 'aborted';

/** What is known of a failure beside its kind. */
export interface FailureDetails {
  readonly status?: number;
  readonly code?: number;
  readonly retryAfterMs?: number;
  /** Which attempt of the call it was; 1 unless said otherwise. */
  readonly attempt?: number;
  /** Of a request that was given up: whether it may have had its effect. */
  readonly sent?: boolean;
  /** What the status and code do not say, in words that hold no secret: `ECONNREFUSED`, `content: TOO_LONG`. */
  readonly reason?: string;
}

/**
 * What a failure leaves to be done:
 * - `none`: nothing; the request has become pointless, and its target is gone or closed to the bot;
 * - `retry`: the same request may succeed later without doing anything twice, after `retryAfterMs` where that is known;
 * - `give-up`: a person has to look at it.
 */
export type Remedy = 'none' | 'retry' | 'give-up';

/** The one place where failures become remedies. */
const remedies: Readonly<Record<DiscordRestErrorKind, Remedy>> = {
  // Somebody waits in vain: on-call should see it.
  'too-late': 'give-up',
  'already-acknowledged': 'none',
  'not-found': 'none',
  forbidden: 'none',
  unauthorized: 'retry',
  invalid: 'give-up',
  'rate-limited': 'retry',
  blocked: 'retry',
  unavailable: 'retry',
  'unknown-outcome': 'give-up',
  'unexpected-response': 'give-up',
  // Where it may have been sent, and must not be repeated.
  aborted: 'give-up',
};

/**
 * A request to Discord that failed. It names the route by its template and never holds the URL, a token, or a
 * body; it has no `cause`, since the HTTP client's errors may hold all three.
 */
export class DiscordRestError extends Error {
  override readonly name = 'DiscordRestError';
  readonly kind: DiscordRestErrorKind;
  readonly method: Method;
  /** Template of the route: `/channels/{channel.id}/messages`. */
  readonly route: string;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** Discord's own error code. Source: Discord docs, "Opcodes and Status Codes", JSON error codes. */
  readonly code: number | undefined;
  readonly remedy: Remedy;
  /** Whether the same request, made later, may succeed without doing anything twice. */
  readonly retryable: boolean;
  /** How long Discord asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** Which attempt of the call this was. What came before the second may have had its effect. */
  readonly attempt: number;

  constructor(kind: DiscordRestErrorKind, route: Route, details: FailureDetails = {}) {
    super(describe(kind, route, details));
    this.kind = kind;
    this.method = route.method;
    this.route = route.template;
    this.status = details.status;
    this.code = details.code;
    const harmless = route.repeatable || details.sent !== true;
    this.remedy = kind === 'aborted' && harmless ? 'retry' : remedies[kind];
    this.retryable = this.remedy === 'retry';
    this.retryAfterMs = details.retryAfterMs;
    this.attempt = details.attempt ?? 1;
  }
}

function describe(kind: DiscordRestErrorKind, route: Route, details: FailureDetails): string {
  const { status, code, reason } = details;
  const known = code === undefined ? undefined : `${RESTJSONErrorCodes[code] ?? 'code'} (${code})`;
  const facts = [status, known, reason].filter((fact) => fact !== undefined);
  const because = facts.length === 0 ? '' : `: ${facts.join(' ')}`;
  return `${route.method} ${route.template} failed, ${kind}${because}`;
}
