import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

/** What Discord says of the way to its gateway (Discord docs, Gateway, "Get Gateway Bot"). */
export interface GatewayBot {
  /** Where shards connect: a WebSocket address. */
  readonly url: string;
  readonly recommendedShards: number;
  /** How many sessions may yet be started, and how many at once. */
  readonly limit: {
    readonly total: number;
    readonly remaining: number;
    readonly resetAfterMs: number;
    readonly maxConcurrency: number;
  };
}

/** What asks. */
export interface GatewayBotQuestion {
  /** Base of the API with its version: `https://discord.com/api/v10`. */
  readonly apiUrl: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** How long until the whole answer must be there, in ms. Default 15,000. */
  readonly timeoutMs?: number;
}

/**
 * `unauthorized`: Discord refuses the token; `refused`: it does not know the question, so the address is wrong;
 * `unavailable`: it does not answer, or not with what was asked for.
 */
export type GatewayBotErrorKind = 'unauthorized' | 'refused' | 'unavailable';

/** Discord has not said how to reach its gateway. */
export class GatewayBotError extends Error {
  override readonly name = 'GatewayBotError';
  readonly kind: GatewayBotErrorKind;
  readonly retryable: boolean;
  /** How long Discord wants not to be asked again, in ms; 0 when it does not say. */
  readonly retryAfterMs: number;

  constructor(kind: GatewayBotErrorKind, why: string, details: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(`Discord does not say how to reach its gateway: ${why}`, { cause: details.cause });
    this.kind = kind;
    this.retryable = kind === 'unavailable';
    this.retryAfterMs = details.retryAfterMs ?? 0;
  }
}

const defaultTimeoutMs = 15_000;
/** Far more than the answer has. */
const maxBytes = 64 * 1024;

const answer = z.object({
  url: z.url({ protocol: /^wss?$/ }),
  shards: z.number().int().positive(),
  session_start_limit: z.object({
    total: z.number().int(),
    remaining: z.number().int(),
    reset_after: z.number().nonnegative(),
    max_concurrency: z.number().int().positive(),
  }),
});

/**
 * Asks Discord once.
 * @throws {GatewayBotError}
 * @throws the reason of `signal` when that ends it.
 */
export async function askGatewayBot(question: GatewayBotQuestion): Promise<GatewayBot> {
  const { apiUrl, token, signal, timeoutMs = defaultTimeoutMs } = question;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const url = new URL(`${apiUrl}/gateway/bot`);
    const { status, retryAfterMs, body } = await get(url, { token, signal: AbortSignal.any([signal, timeout]) });
    if (status !== 200) throw refusal(status, retryAfterMs);
    const { url: gatewayUrl, shards, session_start_limit: limit } = answer.parse(JSON.parse(body));
    const { total, remaining, reset_after: resetAfterMs, max_concurrency: maxConcurrency } = limit;
    return {
      url: gatewayUrl,
      recommendedShards: shards,
      limit: { total, remaining, resetAfterMs, maxConcurrency },
    };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof GatewayBotError) throw cause;
    const why = timeout.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(cause);
    throw new GatewayBotError('unavailable', why, { cause });
  }
}

/** What may pass by itself is asked again: time-outs, limits, and whatever is Discord's own fault. */
function refusal(status: number, retryAfterMs: number): GatewayBotError {
  if (status === 401) return new GatewayBotError('unauthorized', 'it refuses the token');
  const isFinal = status >= 300 && status < 500 && status !== 408 && status !== 429;
  if (!isFinal) return new GatewayBotError('unavailable', `it answers ${status}`, { retryAfterMs });
  return new GatewayBotError('refused', `it answers ${status}; look whether DISCORD_API_URL is right`);
}

interface Answer {
  readonly status: number;
  readonly retryAfterMs: number;
  readonly body: string;
}

/** Node's own client does for one question: any other costs megabytes for as long as the process lives. */
async function get(url: URL, { token, signal }: { token: string; signal: AbortSignal }): Promise<Answer> {
  // An `import` of node:http would load all that Node can only do with its fetch, too: 12 MB.
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { authorization: `Bot ${token}`, 'user-agent': 'DiscordBot (Arrakis, 0.1.0)' };
  request(url, { headers, signal, agent: false }, resolve).on('error', reject).end();
  const response = await promise;
  const seconds = Number(response.headers['retry-after'] ?? 0);
  const status = response.statusCode ?? 0;
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : 0;
  // Of anything but a success the status says it all, whatever page comes with it.
  if (status !== 200) {
    response.destroy();
    return { status, retryAfterMs, body: '' };
  }
  let body = '';
  response.setEncoding('utf8');
  for await (const text of response) {
    body += String(text);
    if (body.length > maxBytes) throw new Error(`its answer has more than ${maxBytes} bytes`);
  }
  return { status, retryAfterMs, body };
}

/** In words that hold neither the token nor what was answered. */
function reasonOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return `its answer is malformed: ${z.prettifyError(cause)}`;
  if (cause instanceof SyntaxError) return 'its answer is not JSON';
  return cause instanceof Error ? cause.message : String(cause);
}
