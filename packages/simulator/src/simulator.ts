import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Community } from './community/community.ts';
import type { CommunityOptions } from './community/community.ts';
import { ControlApi } from './control/control-api.ts';
import { controlRoutes } from './control/control-routes.ts';
import { GatewayServer } from './gateway/server.ts';
import type { GatewayOptions } from './gateway/options.ts';
import { Interactions } from './interactions/interactions.ts';
import type { InteractionOptions } from './interactions/interactions.ts';
import { Recording } from './recording.ts';
import type { LimitOptions } from './rest/rate-limits/options.ts';
import { RestApi } from './rest/rest-api.ts';
import type { Bot } from './world/bot.ts';
import type { WorldOptions } from './world/options.ts';
import { World } from './world/world.ts';

export interface SimulatorOptions extends Pick<WorldOptions, 'seed' | 'guilds' | 'membersPerGuild' | 'bots'> {
  /** TCP port on 127.0.0.1; default 0: any free one */
  readonly port?: number | undefined;
  readonly gateway?: GatewayOptions | undefined;
  readonly interactions?: InteractionOptions | undefined;
  /** rate limits of REST; what is left out is as Discord has it */
  readonly limits?: LimitOptions | undefined;
  /** holds each request against Discord's API description, see `recording.violations()`; default true */
  readonly validateRequests?: boolean | undefined;
}

const host = '127.0.0.1';
const gatewayPaths = /^\/gateway(?:\/resume)?\/?$/;

/** A simulated Discord: gateway, REST and control API on one port of the loopback interface. */
export class Simulator implements AsyncDisposable {
  readonly world: World;
  readonly gateway: GatewayServer;
  readonly interactions: Interactions;
  readonly rest: RestApi;
  readonly recording = new Recording();
  readonly #control: ControlApi;
  #community: Community | undefined;
  #announcedGatewayUrl: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  constructor(options: SimulatorOptions) {
    const world = new World(options);
    const recording = this.recording;
    const gateway = new GatewayServer({
      directory: world,
      url: () => this.#announcedGatewayUrl ?? this.gatewayUrl,
      recording,
      options: options.gateway,
      onTokenReset: (applicationId) => world.bot(applicationId).resetToken(),
    });
    world.connect(gateway);
    const interactions = new Interactions(world, options.interactions);
    this.world = world;
    this.gateway = gateway;
    this.interactions = interactions;
    this.rest = new RestApi({ ...options, world, interactions, recording, gateway });
    this.#control = new ControlApi(controlRoutes(this));
    this.#server = createServer((request, response) => this.#handle(request, response));
    this.#server.on('connection', (socket) => this.#track(socket));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** `http://127.0.0.1:<port>` */
  get origin(): string {
    return `http://${host}:${this.#port}`;
  }

  /** What `DISCORD_API_URL` is in production: the base of all REST routes, with the version. */
  get apiUrl(): string {
    return `${this.origin}/api/v10`;
  }

  /** The WebSocket URL that GET /gateway names, without a query string. */
  get gatewayUrl(): string {
    return `ws://${host}:${this.#port}/gateway`;
  }

  /** Clients are told to find the gateway at `url` from now on: a proxy that stands between, for example. */
  announceGateway(url: string): void {
    this.#announcedGatewayUrl = url;
  }

  get controlUrl(): string {
    return `${this.origin}/control`;
  }

  get bots(): readonly Bot[] {
    return this.world.bots;
  }

  /** Rejects when the port cannot be had. */
  async listen(port: number): Promise<void> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** The community that was started last. */
  get community(): Community | undefined {
    return this.#community;
  }

  /** Members begin to come and go and to use the bot. There is one community at a time: an earlier one stops. */
  startCommunity(options: CommunityOptions): Community {
    const applicationId = options.applicationId ?? this.bots[0]?.applicationId;
    if (applicationId === undefined) throw new Error('a community needs a bot');
    const { world, interactions } = this;
    this.#community?.stop();
    this.#community = new Community({ world, interactions, applicationId }, options);
    return this.#community;
  }

  /** Ends every connection and frees the port. */
  async stop(): Promise<void> {
    this.#community?.stop();
    this.interactions.stop();
    this.rest.stop();
    this.gateway.stop();
    const closed = once(this.#server, 'close');
    this.#server.close();
    // Those of WebSockets included, which the HTTP server has let go of but still waits for.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // A client that resets its connection is its own business.
    socket.on('error', () => {});
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const pathname = pathOf(request);
    const isControl = pathname === '/control' || pathname.startsWith('/control/');
    void (isControl ? this.#control : this.rest).handle(request, response);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (gatewayPaths.test(pathOf(request))) this.gateway.handleUpgrade(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  }
}

/** Without the query; not every request target that HTTP allows is a URL. */
function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '/';
}

/** Starts a simulated Discord; `await using` stops it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options);
  await simulator.listen(options.port ?? 0);
  return simulator;
}
