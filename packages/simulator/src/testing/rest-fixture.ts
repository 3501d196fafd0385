import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { z } from 'zod';
import { Interactions } from '../interactions/interactions.ts';
import type { InteractionOptions } from '../interactions/interactions.ts';
import { Recording } from '../recording.ts';
import { ApiDescription } from '../rest/description/api-description.ts';
import { RestApi } from '../rest/rest-api.ts';
import type { LimitOptions } from '../rest/rate-limits/options.ts';
import { Router } from '../rest/router.ts';
import { allRoutes } from '../rest/routes/all-routes.ts';
import type { Guild } from '../world/guild.ts';
import type { Dispatch } from '../world/dispatch-sink.ts';
import type { WorldOptions } from '../world/options.ts';
import { World } from '../world/world.ts';

export interface RestFixtureOptions {
  world?: WorldOptions;
  interactions?: InteractionOptions;
  /** default: no limits */
  limits?: LimitOptions;
}

export interface CallOptions {
  body?: unknown;
  /** in place of JSON */
  rawBody?: string | FormData;
  /** default: the first bot's; null: no Authorization header */
  token?: string | null;
  headers?: Record<string, string>;
}

export interface CallResult {
  status: number;
  headers: Headers;
  body: unknown;
}

const userAgent = 'DiscordBot (https://example.org, 1.0.0)';

/** The REST API alone, on a port of its own, without a gateway. Every answer is held against Discord's API description. */
export class RestFixture implements AsyncDisposable {
  readonly world: World;
  readonly interactions: Interactions;
  readonly recording = new Recording();
  readonly rest: RestApi;
  readonly dispatches: Dispatch[] = [];
  readonly #server: Server;
  readonly #router: Router;
  readonly #description: ApiDescription;

  private constructor(options: RestFixtureOptions, description: ApiDescription) {
    this.world = new World(options.world);
    this.world.connect({ dispatch: (dispatch) => void this.dispatches.push(dispatch) });
    this.interactions = new Interactions(this.world, options.interactions);
    const gateway = {
      botInformation: () => ({
        url: 'ws://127.0.0.1:1/gateway',
        shards: 1,
        session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 },
      }),
    };
    const { world, interactions, recording } = this;
    const limits = options.limits ?? { enabled: false };
    this.rest = new RestApi({ world, interactions, recording, gateway, limits });
    this.#router = new Router(allRoutes({ world, interactions, gateway }));
    this.#description = description;
    this.#server = createServer((request, response) => void this.rest.handle(request, response));
  }

  static async start(options: RestFixtureOptions = {}): Promise<RestFixture> {
    const fixture = new RestFixture(options, await ApiDescription.load());
    fixture.#server.listen(0, '127.0.0.1');
    await once(fixture.#server, 'listening');
    return fixture;
  }

  get origin(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new TypeError('the server listens on no port');
    return `http://127.0.0.1:${address.port}`;
  }

  get bot(): World['bots'][number] {
    const [bot] = this.world.bots;
    if (bot === undefined) throw new RangeError('the world has no bot');
    return bot;
  }

  get guild(): Guild {
    return this.world.guild(this.world.guilds[0] ?? '');
  }

  /** A member of the first guild who is neither its owner nor a bot. */
  get memberId(): string {
    const member = this.guild.members.find(({ user }) => user.bot !== true && user.id !== this.guild.ownerId);
    return member?.user.id ?? '';
  }

  get general(): string {
    return this.guild.channelNamed('general').id;
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<CallResult> {
    const { rawBody, token = this.bot.token, headers = {} } = options;
    const response = await fetch(`${this.origin}/api/v10${path}`, {
      method,
      headers: {
        'user-agent': userAgent,
        ...(token !== null && { authorization: `Bot ${token}` }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(rawBody !== undefined && { body: rawBody }),
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const { status, headers: answerHeaders } = response;
    if (answerHeaders.get('content-type') !== 'application/json') return { status, headers: answerHeaders, body: text };
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    this.#judge(`${method} ${path}`, status, body);
    return { status, headers: answerHeaders, body };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.rest.stop();
    this.interactions.stop();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #judge(request: string, status: number, body: unknown): void {
    const [method = '', path = ''] = request.split(/[ ?]/);
    const match = this.#router.match(method, path);
    if (typeof match === 'string' || !('route' in match)) return;
    const problems = this.#problems(`${method} ${match.route.template}`, status, body);
    assert.deepEqual(problems, [], `${status} answer to ${method} ${path} breaks Discord's API description`);
  }

  #problems(route: string, status: number, body: unknown): string[] {
    if (status === 429) return this.#description.checkRateLimited(body);
    return status >= 400 ? this.#description.checkError(body) : this.#description.checkResponse(route, body);
  }
}

const identified = z.looseObject({ id: z.string() });

/** The id of what an answer returns. */
export function idOf(result: CallResult): string {
  return identified.parse(result.body).id;
}
