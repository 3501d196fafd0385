import { errors, Pool } from 'undici';
import type { Response } from './response.ts';
import type { Route } from './route.ts';

/** The way to Discord and back. */
export interface Transport {
  /** @throws {TransportError} when no complete answer came. */
  send(request: HttpRequest): Promise<Response>;
  /** Waits at most `timeoutMs` for the requests under way, then cuts them off. */
  close(timeoutMs: number): Promise<void>;
}

export interface HttpTransportOptions {
  /** Base of the API with its version: `https://discord.com/api/v10`. */
  readonly apiUrl: URL;
  readonly token: string;
}

/** One request, as it goes over the wire. */
export interface HttpRequest {
  readonly route: Route;
  readonly body?: unknown;
  /** Why, for the guild's audit log. */
  readonly reason?: string | undefined;
  /** How long until the whole answer must be there, in ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** No complete answer came. It tells what happened by a code alone: see DiscordRestError for why. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** `TIMEOUT`, `ABORTED`, or the code of the system or the HTTP client. */
  readonly code: string;
  /** False when the request surely never left. */
  readonly sent: boolean;

  constructor(code: string, sent: boolean) {
    super(`No answer: ${code}`);
    this.code = code;
    this.sent = sent;
  }
}

/** Codes with which no connection came about. */
const unsentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_CLOSED',
]);

const connections = 64;
const maxResponseBytes = 8 * 1024 * 1024;

/**
 * HTTP/1.1 over kept-alive connections. What answers interactions has connections of its own, so that no other
 * request can be in its way. HTTP/2 stays off: undici's loses requests when a server says GOAWAY.
 */
export class HttpTransport implements Transport {
  readonly #basePath: string;
  readonly #authorization: string;
  readonly #interactions: Pool;
  readonly #others: Pool;

  constructor({ apiUrl, token }: HttpTransportOptions) {
    this.#basePath = apiUrl.pathname.replace(/\/$/, '');
    this.#authorization = `Bot ${token}`;
    const newPool = () =>
      new Pool(apiUrl.origin, {
        connections,
        allowH2: false,
        connect: { timeout: 5_000 },
        keepAliveTimeout: 60_000,
        maxResponseSize: maxResponseBytes,
      });
    this.#interactions = newPool();
    this.#others = newPool();
  }

  /** @throws {TransportError} when no complete answer came. */
  async send(request: HttpRequest): Promise<Response> {
    const ending = new AbortController();
    const end = (code: 'TIMEOUT' | 'ABORTED') => () => ending.abort(new TransportError(code, true));
    const onAbort = end('ABORTED');
    const timer = setTimeout(end('TIMEOUT'), request.timeoutMs);
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.signal?.aborted) onAbort();
    try {
      return await this.#exchange(request, ending.signal);
    } catch (error) {
      throw asTransportError(error);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Waits at most `timeoutMs` for the requests under way, then cuts them off. */
  async close(timeoutMs: number): Promise<void> {
    const pools = [this.#interactions, this.#others];
    const cut = setTimeout(() => void Promise.all(pools.map((pool) => pool.destroy())), timeoutMs);
    await Promise.all(pools.map((pool) => pool.close().catch(() => undefined)));
    clearTimeout(cut);
  }

  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<Response> {
    const { route, body } = request;
    const pool = route.interaction ? this.#interactions : this.#others;
    const answer = await pool.request({
      method: route.method,
      path: this.#basePath + route.path,
      headers: this.#headersOf(request),
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: parseJson(text) };
  }

  #headersOf({ route, body, reason }: HttpRequest): Record<string, string> {
    const headers: Record<string, string> = { 'user-agent': 'DiscordBot (Arrakis, 0.1.0)' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (!route.interaction) headers['authorization'] = this.#authorization;
    if (reason !== undefined) headers['x-audit-log-reason'] = encodeURIComponent(reason);
    return headers;
  }
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  if (error instanceof errors.UndiciError || isSystemError(error)) {
    return new TransportError(error.code, !unsentCodes.has(error.code));
  }
  return new TransportError('UNKNOWN', true);
}

function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
