import { Readable } from 'node:stream';
import { EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import type { MultipartBody } from './api/multipart.ts';
import { HttpExchange, unreadableFile } from './http-exchange.ts';
import { pause } from './pause.ts';
import type { RequestContent } from './request-content.ts';
import type { Response } from './response.ts';
import { routeTo, type Route } from './route.ts';
import { Slots } from './slots.ts';

/** The way to Discord and back. */
export interface Transport {
  /** @throws {TransportError} when no complete answer came. */
  send(request: HttpRequest): Promise<Response>;
  /** Opens what the first response to an interaction needs, and keeps it open. */
  keepWarm?(): void;
  /** Waits at most `timeoutMs` for the requests under way, then cuts them off. */
  close(timeoutMs: number): Promise<void>;
}

export interface HttpTransportOptions {
  /** Base of the API with its version: `https://discord.com/api/v10`. */
  readonly apiUrl: URL;
  readonly token: string;
  /** An HTTP proxy that is asked to connect; with user and password where it wants them. */
  readonly proxyUrl: URL | undefined;
  /** Hosts that are reached without it, as NO_PROXY names them: `localhost,.internal`. */
  readonly noProxy?: string | undefined;
  /** How long a connection is used, in ms: then the name of the API is looked up anew. Default 5 min. */
  readonly connectionLifeMs?: number;
  /** Told of every answer, and how long after its request it came, in ms. */
  readonly onResponse?: (response: Response, tookMs: number) => void;
}

/** One request, as it goes over the wire. */
export interface HttpRequest extends RequestContent {
  readonly route: Route;
  /** Why, for the guild's audit log. */
  readonly reason?: string | undefined;
  /** How long the whole answer may take, in ms; of a body of several parts, after the last part that was taken. */
  readonly timeoutMs: number;
  /** How long it may take in any case, in ms. */
  readonly leftMs: number;
  readonly signal: AbortSignal | undefined;
}

interface UnderWay {
  readonly exchange: HttpExchange;
  readonly onPart: () => void;
}

/** Connections that are shared by requests of one kind. */
interface Way {
  readonly dispatcher: Dispatcher;
  readonly slots: Slots;
}

/**
 * More than any global limit needs at once: a request that waits for a connection is late for its limits. Those beyond wait
 * here, since undici forgets none that was given up before it has had a connection.
 */
const connections = 256;
const maxResponseBytes = 8 * 1024 * 1024;

const usualConnectionLifeMs = 300_000;

/** How long the connections of interactions may be idle before one is used to keep it open, in ms. */
const warmEveryMs = 25_000;

/**
 * HTTP/1.1 over kept-alive connections. What answers interactions has connections of its own, so that no other
 * request can be in its way. HTTP/2 stays off: undici's loses requests when a server says GOAWAY.
 */
export class HttpTransport implements Transport {
  readonly #origin: string;
  readonly #basePath: string;
  readonly #authorization: string;
  readonly #interactions: Way;
  readonly #others: Way;
  readonly #onResponse: HttpTransportOptions['onResponse'];
  #interactionsUsedAt = 0;
  #warming: NodeJS.Timeout | undefined;

  constructor(options: HttpTransportOptions) {
    const { apiUrl, token, onResponse } = options;
    this.#onResponse = onResponse;
    this.#origin = apiUrl.origin;
    this.#basePath = apiUrl.pathname.replace(/\/$/, '');
    this.#authorization = `Bot ${token}`;
    this.#interactions = { dispatcher: newDispatcher(options), slots: new Slots(connections) };
    this.#others = { dispatcher: newDispatcher(options), slots: new Slots(connections) };
  }

  /** @throws {TransportError} when no complete answer came. */
  async send(request: HttpRequest): Promise<Response> {
    const { route, timeoutMs, leftMs, signal } = request;
    const { dispatcher, slots } = route.interaction ? this.#interactions : this.#others;
    const exchange = new HttpExchange(() => slots.leave());
    const abort = () => exchange.end('ABORTED');
    const limitMs = Math.min(timeoutMs, leftMs);
    const timer = setTimeout(() => exchange.end('TIMEOUT'), limitMs);
    const startedAt = performance.now();
    let prolongedUntil = startedAt + leftMs - limitMs;
    const onPart = () => void (performance.now() < prolongedUntil && timer.refresh());
    signal?.addEventListener('abort', abort, { once: true });
    let withdraw: (() => void) | undefined;
    try {
      if (signal?.aborted) abort();
      else withdraw = slots.enter(() => dispatcher.dispatch(this.#optionsOf(request, { exchange, onPart }), exchange));
      const response = await exchange.answer;
      this.#onResponse?.(response, performance.now() - startedAt);
      return response;
    } finally {
      withdraw?.();
      prolongedUntil = 0;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (route.interaction) this.#interactionsUsedAt = Date.now();
    }
  }

  /** Opens a connection for interactions and keeps it open, since the first response to one has no time for that. */
  keepWarm(): void {
    const warm = () => {
      if (Date.now() - this.#interactionsUsedAt < warmEveryMs) return;
      this.#interactionsUsedAt = Date.now();
      const route = { ...routeTo('GET /gateway'), interaction: true };
      // Whether it succeeds is for the requests to tell that somebody waits for.
      this.send({ route, timeoutMs: 5_000, leftMs: 5_000, signal: undefined }).catch(() => undefined);
    };
    warm();
    this.#warming ??= setInterval(warm, warmEveryMs).unref();
  }

  /** Waits at most `timeoutMs` for the requests under way, then cuts them off. */
  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#warming);
    const dispatchers = [this.#interactions.dispatcher, this.#others.dispatcher];
    const closed = new AbortController();
    const cut = async (): Promise<void> => {
      if (!(await pause(timeoutMs, closed.signal))) return;
      await Promise.all(dispatchers.map((each) => each.destroy()));
    };
    // What is cut off does not end what was to be closed: a pool in which requests wait would never be.
    await Promise.race([Promise.all(dispatchers.map((each) => each.close().catch(() => undefined))), cut()]);
    closed.abort();
  }

  #optionsOf(request: HttpRequest, underWay: UnderWay): Dispatcher.DispatchOptions {
    const { route, json = null, multipart } = request;
    return {
      origin: this.#origin,
      method: route.method,
      path: this.#basePath + route.path,
      headers: this.#headersOf(request),
      body: multipart === undefined ? json : Readable.from(partsOf(multipart, underWay)),
    };
  }

  #headersOf({ route, json, multipart, reason }: HttpRequest): Record<string, string> {
    const headers: Record<string, string> = { 'user-agent': 'DiscordBot (Arrakis, 0.1.0)' };
    const contentType = multipart?.contentType ?? (json !== undefined && 'application/json');
    if (contentType) headers['content-type'] = contentType;
    if (multipart?.length !== undefined) headers['content-length'] = String(multipart.length);
    if (!route.interaction) headers['authorization'] = this.#authorization;
    if (reason !== undefined) headers['x-audit-log-reason'] = encodeURIComponent(reason.toWellFormed());
    return headers;
  }
}

/** The parts of a body, told of one by one. What its files throw is theirs, and none of the connection's. */
async function* partsOf(multipart: MultipartBody, { exchange, onPart }: UnderWay): AsyncIterable<Uint8Array> {
  try {
    for await (const part of multipart.open()) {
      onPart();
      yield part;
    }
  } catch (cause) {
    exchange.end(unreadableFile);
    throw cause;
  }
}

function newDispatcher({
  apiUrl: { origin },
  proxyUrl,
  noProxy = '',
  connectionLifeMs = usualConnectionLifeMs,
}: HttpTransportOptions): Dispatcher {
  const options = {
    connections,
    allowH2: false,
    connect: { timeout: 5_000 },
    keepAliveTimeout: 60_000,
    maxResponseSize: maxResponseBytes,
    clientTtl: connectionLifeMs,
  };
  if (proxyUrl === undefined) return new Pool(origin, options);
  const { href } = proxyUrl;
  return new EnvHttpProxyAgent({ ...options, httpProxy: href, httpsProxy: href, noProxy, proxyTunnel: true });
}
