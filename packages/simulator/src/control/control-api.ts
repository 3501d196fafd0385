import type { IncomingMessage, ServerResponse } from 'node:http';
import { InteractionFailedError } from '../interactions/handle.ts';
import { InteractionRefusedError } from '../interactions/refusal.ts';
import { UnknownEntityError } from '../world/unknown-entity.ts';
import { ControlInputError, ControlNotFoundError, matchPath } from './route.ts';
import type { ControlRoute } from './route.ts';

const maximumBodyBytes = 1_048_576;

/**
 * The HTTP control API: what a test in another process does with the simulator. JSON in, JSON out; a failure is answered with
 * `{ error, message, problems? }`.
 */
export class ControlApi {
  readonly #routes: readonly ControlRoute[];

  constructor(routes: readonly ControlRoute[]) {
    this.#routes = routes;
  }

  /** Answers a request below `/control`. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      reply(response, 200, await this.#run(request));
    } catch (error) {
      const { status, ...body } = describeError(error);
      reply(response, status, body);
    }
  }

  async #run(request: IncomingMessage): Promise<unknown> {
    const url = new URL(request.url ?? '/', 'http://simulated');
    const pathname = url.pathname.replace(/^\/control/, '').replace(/\/$/, '');
    for (const route of this.#routes) {
      if (route.method !== request.method) continue;
      const variables = matchPath(route.path, pathname);
      if (variables === undefined) continue;
      const body = await readBody(request);
      return route.run({ ...Object.fromEntries(url.searchParams), ...body, ...variables });
    }
    throw new ControlNotFoundError(`There is no ${request.method} ${url.pathname}; GET /control lists what there is.`);
  }
}

async function readBody(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > maximumBodyBytes) throw new ControlInputError([`the body is larger than ${maximumBodyBytes} bytes`]);
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  const body = parseJson(Buffer.concat(chunks).toString('utf8'));
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new ControlInputError(['the body must be a JSON object']);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Failure {
  readonly status: number;
  readonly error: string;
  readonly message: string;
  readonly problems?: readonly string[];
}

function describeError(error: unknown): Failure {
  if (!(error instanceof Error)) return { status: 500, error: 'Error', message: String(error) };
  const failure = { error: error.name, message: error.message };
  if (error instanceof ControlInputError) return { ...failure, status: 400, problems: error.problems };
  if (error instanceof ControlNotFoundError || error instanceof UnknownEntityError) return { ...failure, status: 404 };
  if (error instanceof InteractionRefusedError || error instanceof InteractionFailedError) {
    return { ...failure, status: 409 };
  }
  return { ...failure, status: error.name === 'TimeoutError' ? 504 : 500 };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
