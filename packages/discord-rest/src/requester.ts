import type { z } from 'zod';
import { failureOf, failureWithoutAnswer, rateLimitOf } from './classify.ts';
import { DiscordRestError } from './discord-rest-error.ts';
import { answerTooLong, TransportError, unreadableFile } from './http-exchange.ts';
import type { InvalidRequests } from './fleet/invalid-requests.ts';
import type { Transport } from './http-transport.ts';
import { pause } from './pause.ts';
import { feedbackOf, lost } from './limit-feedback.ts';
import type { Admission, Patience, RateLimiter } from './rate-limiter.ts';
import type { Reachability } from './reachability.ts';
import type { Refusals } from './refusals.ts';
import type { RequestContent } from './request-content.ts';
import type { Response } from './response.ts';
import type { RestListener } from './rest-event.ts';
import { attemptTimeoutOf, retryDelay } from './retry-policy.ts';
import type { Route } from './route.ts';

/** One call of Discord's API, and how its answer is read. */
export interface Call<T> extends Patience {
  readonly route: Route;
  /** @throws {DiscordRestError} `invalid` */
  readonly content: () => RequestContent;
  readonly reason?: string | undefined;
  readonly answer: z.ZodType<T>;
}

export interface RequesterParts {
  readonly transport: Transport;
  readonly limiter: RateLimiter;
  readonly reachability: Reachability;
  readonly refusals: Refusals;
  readonly invalidRequests: InvalidRequests;
  readonly onEvent: RestListener;
}

/** Carries a call through its attempts: admitted, sent, classified, and repeated where that is safe and in time. */
export class Requester {
  readonly #parts: RequesterParts;

  constructor(parts: RequesterParts) {
    this.#parts = parts;
  }

  /** @throws {DiscordRestError} of the last attempt. */
  async request<T>(call: Call<T>): Promise<T> {
    const { route, deadline, signal } = call;
    const startedAt = Date.now();
    let attempt = 1;
    let rateLimits = 0;
    for (;;) {
      const admission = await this.#admit(call);
      if (Date.now() >= deadline) {
        admission.refund();
        throw new DiscordRestError(route.urgent ? 'too-late' : 'unavailable', route, {
          attempt,
          reason: 'no time left',
        });
      }
      const outcome = await this.#attempt(call, { attempt, admission });
      if (!(outcome instanceof DiscordRestError)) return read(call, outcome);
      const limited = outcome.kind === 'rate-limited';
      if (limited) rateLimits += 1;
      const now = Date.now();
      const history = { route, attempt, rateLimits, elapsedMs: now - startedAt, random: Math.random() };
      const delayMs = retryDelay(outcome, history);
      if (delayMs === undefined || now + delayMs >= deadline) throw outcome;
      if (delayMs > 0 && !(await pause(delayMs, signal))) throw new DiscordRestError('aborted', route, { attempt });
      if (!limited) attempt += 1;
    }
  }

  async #admit<T>(call: Call<T>): Promise<Admission> {
    const { route, deadline, signal, lane } = call;
    const { reachability, refusals, invalidRequests } = this.#parts;
    const refusal = reachability.refusal(route) ?? refusals.of(call) ?? invalidRequests.refusal(route, lane);
    if (refusal !== undefined) throw refusal;
    const startedAt = performance.now();
    const asked = this.#parts.limiter.admit(route, { deadline, signal, lane });
    const contentMs = makeWhileAsked(call.content, asked);
    const admission = await asked;
    this.#parts.onEvent({
      type: 'admitted',
      method: route.method,
      route: route.template,
      lane: route.interaction ? 'interaction' : lane,
      waitedMs: performance.now() - startedAt - contentMs,
    });
    return admission;
  }

  async #attempt<T>(
    call: Call<T>,
    { attempt, admission }: { attempt: number; admission: Admission },
  ): Promise<Response | DiscordRestError> {
    const { route, reason, signal } = call;
    const leftMs = Math.max(1, call.deadline - Date.now());
    const startedAt = performance.now();
    const tookMs = () => performance.now() - startedAt;
    try {
      const request = { route, ...call.content(), reason, timeoutMs: attemptTimeoutOf(route), leftMs, signal };
      const response = await this.#parts.transport.send(request);
      admission.settle(feedbackOf(response));
      return this.#answered(call, { response, attempt, tookMs: tookMs() });
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (error.sent) admission.settle(lost);
      else admission.refund();
      return this.#unanswered({ route, error, attempt, tookMs: tookMs() });
    }
  }

  #answered<T>(call: Call<T>, { response, attempt, tookMs }: Answered): Response | DiscordRestError {
    const { route } = call;
    const { reachability, refusals, invalidRequests, onEvent } = this.#parts;
    const about = { method: route.method, route: route.template };
    onEvent({ type: 'answered', ...about, status: response.status, tookMs });
    const limit = rateLimitOf(response);
    if (limit !== undefined) onEvent({ type: 'rate-limited', ...about, ...limit });
    const failure = failureOf(route, response, attempt);
    invalidRequests.note(response);
    reachability.answered(route, failure);
    refusals.learn(call, failure);
    return failure ?? response;
  }

  #unanswered({ route, error, attempt, tookMs }: Unanswered): DiscordRestError {
    const { code, sent } = error;
    const about = { method: route.method, route: route.template };
    this.#parts.onEvent({ type: 'unanswered', ...about, code, tookMs });
    if (code === 'ABORTED') return new DiscordRestError('aborted', route, { attempt, sent });
    if (code === unreadableFile) return new DiscordRestError('invalid', route, { attempt, reason: code });
    if (code === answerTooLong) return new DiscordRestError('unexpected-response', route, { attempt, reason: code });
    this.#parts.reachability.unanswered(code);
    return failureWithoutAnswer(route, { sent, code, attempt });
  }
}

/**
 * Makes the content of a request while its limits are asked, and returns how long that took, in ms. Where it cannot be made, the
 * place is given back when it comes.
 */
function makeWhileAsked(content: () => RequestContent, asked: Promise<Admission>): number {
  const startedAt = performance.now();
  try {
    content();
    return performance.now() - startedAt;
  } catch (error) {
    asked.then((admission) => admission.refund()).catch(() => undefined);
    throw error;
  }
}

interface Answered {
  readonly response: Response;
  readonly attempt: number;
  readonly tookMs: number;
}

interface Unanswered {
  readonly route: Route;
  readonly error: TransportError;
  readonly attempt: number;
  readonly tookMs: number;
}

function read<T>({ route, answer }: Call<T>, { status, body }: Response): T {
  const parsed = answer.safeParse(body);
  if (parsed.success) return parsed.data;
  const reason = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
    .join('; ');
  throw new DiscordRestError('unexpected-response', route, { status, reason });
}
