import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../forms/api-error.ts';
import type { Interactions } from '../interactions/interactions.ts';
import type { RecordedRequest, Recording } from '../recording.ts';
import { SeededRandom } from '../world/random.ts';
import type { Bot } from '../world/bot.ts';
import { UnknownEntityError } from '../world/unknown-entity.ts';
import type { World } from '../world/world.ts';
import { authenticatedBot } from './authentication.ts';
import { ApiDescription } from './description/api-description.ts';
import { Faults } from './faults.ts';
import type { FaultHandle, FaultOptions, StruckFaults } from './faults.ts';
import type { GatewayInformation, HttpHandler } from './http.ts';
import { InvalidRequests } from './rate-limits/invalid-requests.ts';
import type { LimitOptions } from './rate-limits/options.ts';
import { isInteractionEndpoint, RateLimiter } from './rate-limits/rate-limiter.ts';
import type { Verdict } from './rate-limits/rate-limiter.ts';
import { parseBody, readBody } from './request-body.ts';
import type { RequestBody } from './request-body.ts';
import { banned, failed, rateLimited, succeeded, unrouted } from './responses.ts';
import type { HttpResponse } from './responses.ts';
import type { Answer, ApiRequest, Route } from './route.ts';
import { checkIds, Router } from './router.ts';
import type { RouteMatch } from './router.ts';
import { allRoutes } from './routes/all-routes.ts';
import { RestStatistics } from './statistics.ts';
import type { AnswerStatistics } from './statistics.ts';

export interface RestApiOptions {
  world: World;
  interactions: Interactions;
  recording: Recording;
  gateway: GatewayInformation;
  /** phases of rate-limit windows, and which requests faults strike; default 1 */
  seed?: number | undefined;
  limits?: LimitOptions | undefined;
  /** checks each request against Discord's API description and records what breaks it; default true */
  validateRequests?: boolean | undefined;
}

export interface RestStatisticsSnapshot extends AnswerStatistics {
  /** how often others have used up a shared limit */
  usedUpByOthers: number;
}

/** One request on its way through the API. */
interface Exchange {
  request: IncomingMessage;
  entry: RecordedRequest;
  address: string;
  match: RouteMatch;
  bot: Bot | undefined;
}

const versionedBase = /^\/api(?:\/v(?:9|10))?(?=\/)/;

/** Discord's REST API: routes, errors, rate limits and faults, below `/api/v10`. */
export class RestApi implements HttpHandler {
  readonly #options: RestApiOptions;
  readonly #router: Router;
  readonly #limiter: RateLimiter;
  readonly #invalidRequests: InvalidRequests;
  readonly #faults: Faults;
  readonly #statistics = new RestStatistics();
  readonly #stopping = new AbortController();

  /** Throws a ZodError for wrong limits. */
  constructor(options: RestApiOptions) {
    this.#options = options;
    this.#router = new Router(allRoutes(options));
    this.#limiter = new RateLimiter(options.seed ?? 1);
    this.#invalidRequests = new InvalidRequests(() => this.#limiter.limits);
    this.#faults = new Faults(new SeededRandom(options.seed ?? 1));
    this.setLimits(options.limits ?? {});
  }

  /** Replaces all limits; what `limits` leaves out is as Discord has it. Counters and bans start anew. Throws a ZodError. */
  setLimits(limits: LimitOptions): void {
    this.#limiter.setLimits(limits);
    this.#invalidRequests.clear();
  }

  /** Makes requests go wrong. Throws a ZodError. */
  addFault(fault: FaultOptions): FaultHandle {
    return this.#faults.add(fault);
  }

  /** Whether there was such a fault. */
  removeFault(id: number): boolean {
    return this.#faults.remove(id);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  /** Counts since the start; unlike the recording they have no bound. */
  statistics(): RestStatisticsSnapshot {
    return { ...this.#statistics.snapshot(), usedUpByOthers: this.#limiter.usedUpByOthers };
  }

  /** Lets no injected latency outlast the simulator. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Rejects only for a mistake of the simulator's own; the client gets a 500 then. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = newEntry(request, this.#options.recording.now());
    this.#options.recording.addRequest(entry);
    try {
      this.#finish(await this.#answer(request, entry), { request, response, entry });
    } catch (error) {
      this.#finish(unrouted(500), { request, response, entry });
      throw error;
    }
  }

  #finish(
    answer: HttpResponse | 'reset',
    { request, response, entry }: { request: IncomingMessage; response: ServerResponse; entry: RecordedRequest },
  ): void {
    entry.finishedAtMs = this.#options.recording.now();
    this.#statistics.note(answer);
    if (answer === 'reset') return reset(request);
    entry.status = answer.status;
    if (answer.body !== undefined) entry.response = answer.body;
    if (answer.isInvalid) this.#invalidRequests.note(addressOf(request));
    write(response, answer);
  }

  async #answer(request: IncomingMessage, entry: RecordedRequest): Promise<HttpResponse | 'reset'> {
    const address = addressOf(request);
    const bannedForMs = this.#invalidRequests.bannedForMs(address);
    if (bannedForMs > 0) return banned(bannedForMs);
    const match = this.#router.match(entry.method, entry.path);
    if (match === 'unknown') return unrouted(404);
    if ('allowed' in match) {
      entry.route = match.template;
      return unrouted(405);
    }
    const bot = authenticatedBot(this.#options.world, request.headers.authorization);
    entry.route = match.route.template;
    entry.params = match.params;
    if (bot !== undefined) entry.applicationId = bot.applicationId;
    try {
      return await this.#answerRouted({ request, entry, address, match, bot });
    } catch (error) {
      if (error instanceof ApiError) return failed(error);
      if (this.#stopping.signal.aborted || request.destroyed) return 'reset';
      throw error;
    }
  }

  async #answerRouted(exchange: Exchange): Promise<HttpResponse | 'reset'> {
    const { request, entry, match, bot } = exchange;
    const faults = this.#strike(exchange);
    if (faults.latencyMs > 0) await delay(faults.latencyMs, undefined, { signal: this.#stopping.signal });
    if (faults.reset) return 'reset';
    if (match.route.authentication === 'bot' && bot === undefined) return unrouted(401);
    const bytes = await readBody(request);
    const parsed = await parseBody(bytes, request.headers['content-type'] ?? '').catch(asApiError);
    const body = parsed instanceof ApiError ? undefined : parsed;
    if (body?.json !== undefined) entry.body = body.json;
    entry.files = body?.files ?? [];
    const verdict = this.#limit(exchange, body?.json);
    if (verdict.rejection !== undefined) return rateLimited(verdict, verdict.rejection);
    if (faults.status !== undefined) return unrouted(faults.status, verdict.headers);
    if (body !== undefined) await this.#validate(exchange, body);
    const answer = body === undefined ? asApiError(parsed) : this.#run(exchange, body);
    if (faults.loseResponse) return 'reset';
    return answer instanceof ApiError ? failed(answer, verdict.headers) : succeeded(answer, verdict.headers);
  }

  #strike({ entry, match, bot }: Exchange): StruckFaults {
    const route = match.route.template;
    const faults = this.#faults.strike({ method: entry.method, route, applicationId: bot?.applicationId });
    const kinds = [
      faults.latencyMs > 0 && 'latency',
      faults.reset && 'reset',
      faults.status !== undefined && `status ${faults.status}`,
      faults.loseResponse && 'lost response',
    ].filter((kind) => kind !== false);
    if (kinds.length > 0) entry.fault = kinds.join(', ');
    return faults;
  }

  #limit({ entry, match, bot, address }: Exchange, body: unknown): Verdict {
    const { template } = match.route;
    // An interaction's limits are its token's, whoever uses it.
    const identity = isInteractionEndpoint(template) ? 'interaction' : (bot?.applicationId ?? address);
    return this.#limiter.take({ method: entry.method, template, params: match.params, body, identity });
  }

  async #validate({ entry, match }: Exchange, body: RequestBody): Promise<void> {
    if (this.#options.validateRequests === false) return;
    const description = await ApiDescription.load();
    const problems = description.checkRequest(`${entry.method} ${match.route.template}`, body.json);
    const isNamed = isUserAgent(entry.headers['user-agent']);
    if (!isNamed) problems.push('User-Agent: expected DiscordBot ($url, $versionNumber)');
    if (problems.length === 0) return;
    const { method } = entry;
    this.#options.recording.addViolation({ atMs: entry.atMs, method, route: match.route.template, problems });
  }

  #run({ entry, match, bot }: Exchange, body: RequestBody): Answer | ApiError {
    const request = {
      query: new URLSearchParams(entry.query),
      body: body.json,
      files: body.files,
      param: (name: string) => param(match.params, name),
    };
    try {
      checkIds(match.params);
      return runRoute(match.route, request, bot);
    } catch (error) {
      if (error instanceof UnknownEntityError) return ApiError.unknown(error.kind);
      return asApiError(error);
    }
  }
}

function runRoute(route: Route, request: ApiRequest, bot: Bot | undefined): Answer {
  if (route.authentication === 'none') return route.handle(request);
  if (bot === undefined) throw new TypeError('a route for bots was run without one');
  return route.handle({ ...request, bot });
}

/** The error when it is Discord's answer; anything else is a mistake of the simulator's own. */
function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}

function param(params: Readonly<Record<string, string>>, name: string): string {
  const value = params[name];
  if (value === undefined) throw new RangeError(`the route has no variable ${name}`);
  return value;
}

function newEntry(request: IncomingMessage, atMs: number): RecordedRequest {
  const [pathname = '', query] = (request.url ?? '/').split('?', 2);
  return {
    atMs,
    method: request.method ?? 'GET',
    route: null,
    path: pathname.replace(versionedBase, ''),
    params: {},
    query: Object.fromEntries(new URLSearchParams(query)),
    headers: recordedHeaders(request),
    files: [],
    status: null,
  };
}

/** The token itself stays out of the recording, which leaves the process over the control API. */
function recordedHeaders(request: IncomingMessage): Record<string, string> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  const { authorization, ...others } = Object.fromEntries(headers);
  return authorization === undefined ? others : { ...others, authorization: authorization.split(' ')[0] ?? '' };
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

/** docs: Reference, User Agent */
function isUserAgent(value: string | undefined): boolean {
  return /^DiscordBot \(\S+, \S+\)/.test(value ?? '');
}

/** Cuts the connection with a TCP reset, so that the client cannot take it for an orderly end. */
function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

function write(response: ServerResponse, answer: HttpResponse): void {
  if (response.destroyed) return;
  const { body } = answer;
  const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  response.writeHead(answer.status, answer.headers).end(payload);
}
