import { STATUS_CODES } from 'node:http';
import type { ApiError } from '../forms/api-error.ts';
import type { Rejection, Verdict } from './rate-limits/rate-limiter.ts';
import type { Answer } from './route.ts';

/** An answer on its way to the socket. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  /** JSON, or a string that is sent as it is */
  body?: unknown;
  /** counts towards the ban of those who make too many invalid requests */
  isInvalid: boolean;
  /** of Discord's error, where it has one */
  code?: number;
  rejection?: Rejection;
}

const json = { 'Content-Type': 'application/json', Via: '1.1 google' };
/** Clients parse by the content type: an empty answer must not call itself JSON. */
const noContent = { 'Content-Type': 'text/html; charset=utf-8', Via: '1.1 google' };

export function succeeded(answer: Answer, headers: Record<string, string>): HttpResponse {
  const { status, body } = answer;
  if (body === undefined) return { status, headers: { ...noContent, ...headers }, isInvalid: false };
  return { status, headers: { ...json, ...headers }, isInvalid: false, body };
}

export function failed(error: ApiError, headers: Record<string, string> = {}): HttpResponse {
  const isInvalid = error.status === 401 || error.status === 403;
  return { status: error.status, headers: { ...json, ...headers }, body: error.toBody(), isInvalid, code: error.code };
}

/**
 * An answer for which Discord has no error code of its own. Its load balancer writes 502 to 504 itself, and not in JSON.
 */
export function unrouted(status: number, headers: Record<string, string> = {}): HttpResponse {
  const isInvalid = status === 401 || status === 403;
  const message = `${status}: ${STATUS_CODES[status] ?? 'Error'}`;
  if (status > 500) {
    const body = `<html><head><title>${message}</title></head><body><center><h1>${message}</h1></center></body></html>`;
    return { status, headers: { 'Content-Type': 'text/html' }, body, isInvalid };
  }
  return { status, headers: { ...json, ...headers }, body: { message, code: 0 }, isInvalid };
}

/** docs: Rate Limits, Exceeding A Rate Limit */
export function rateLimited(verdict: Verdict, rejection: Rejection): HttpResponse {
  const { scope, retryAfterMs } = rejection;
  const message = scope === 'shared' ? 'The resource is being rate limited.' : 'You are being rate limited.';
  return {
    status: 429,
    headers: { ...json, ...verdict.headers },
    body: { message, retry_after: Math.ceil(retryAfterMs) / 1000, global: scope === 'global' },
    isInvalid: scope !== 'shared',
    rejection,
  };
}

/** What Cloudflare answers to banned addresses before anything reaches Discord. */
export function banned(bannedForMs: number): HttpResponse {
  const headers = {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Retry-After': String(Math.ceil(bannedForMs / 1000)),
    Server: 'cloudflare',
  };
  return { status: 429, headers, body: 'error code: 1015', isInvalid: false };
}
