import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { listenOnLoopback } from './loopback.ts';

/** One client of the proxy and the connection made for it. */
interface Link {
  readonly client: Socket;
  readonly target: Socket;
  /** Pending while stranded. */
  stranded: PromiseWithResolvers<void> | undefined;
}

/** Which bytes: what the client writes, what it is answered, or both. */
export type Flow = 'requests' | 'answers' | 'both';

/**
 * A TCP proxy between a client and its broker or Redis that breaks the connection the ways a network does.
 * It listens on a free port of 127.0.0.1; {@link TcpProxy.rewrite} points a URL at it.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #links = new Set<Link>();
  /** The port on 127.0.0.1 to connect to. */
  readonly port: number;
  /** Pending while paused. */
  readonly #held: Record<Exclude<Flow, 'both'>, PromiseWithResolvers<void> | undefined> = {
    requests: undefined,
    answers: undefined,
  };
  #refusing = false;
  #delayMs = 0;

  private constructor(server: Server, port: number, target: { host: string; port: number }) {
    this.#server = server;
    this.#target = target;
    this.port = port;
    server.on('connection', (client) => {
      this.#accept(client);
    });
  }

  /** Starts a proxy to `targetHost:targetPort`. */
  static async start(targetHost: string, targetPort: number): Promise<TcpProxy> {
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    const port = await listenOnLoopback(server);
    return new TcpProxy(server, port, { host: targetHost, port: targetPort });
  }

  /** Starts a proxy to where `url` points; see {@link TcpProxy.rewrite}. */
  static before(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    return TcpProxy.start(hostname, Number(port));
  }

  /** Connections that are open through the proxy now. */
  get connections(): number {
    return this.#links.size;
  }

  /** `url` with the proxy's host and port in place of its own. */
  rewrite(url: string): string {
    const rewritten = new URL(url);
    rewritten.hostname = '127.0.0.1';
    rewritten.port = String(this.port);
    return rewritten.href;
  }

  /** Resets every open connection, on both sides (RST). New connections are accepted. */
  cut(): void {
    for (const { client, target } of this.#links) {
      client.resetAndDestroy();
      target.resetAndDestroy();
    }
    for (const { stranded } of this.#links) stranded?.resolve();
  }

  /** Makes the open connections silent for as long as they last, as when a host has vanished; new ones are not. */
  strand(): void {
    for (const link of this.#links) link.stranded ??= Promise.withResolvers();
  }

  /**
   * Makes every connection half-open: both sides stay connected and hear nothing any more, or only one of them.
   * New connections are accepted and stay silent as well.
   */
  pause(flow: Flow = 'both'): void {
    if (flow !== 'answers') this.#held.requests ??= Promise.withResolvers();
    if (flow !== 'requests') this.#held.answers ??= Promise.withResolvers();
  }

  /** Ends {@link pause}: what was held back is delivered. */
  resume(): void {
    this.#held.requests?.resolve();
    this.#held.answers?.resolve();
    this.#held.requests = undefined;
    this.#held.answers = undefined;
  }

  /** While on, every new connection is reset at once; open ones go on. */
  refuse(on: boolean): void {
    this.#refusing = on;
  }

  /** Holds the bytes back for about so many milliseconds in each direction; 0 ends it. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Resets what is open and closes the port. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.cut();
    this.resume();
    await once(this.#server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const target = connect({ ...this.#target, noDelay: true, allowHalfOpen: true });
    const link: Link = { client, target, stranded: undefined };
    this.#links.add(link);
    // How a direction ended is no news here: pipeline() has closed the other side.
    void Promise.allSettled([
      pipeline(client, (chunks: AsyncIterable<Buffer>) => this.#throttle(chunks, 'requests', link), target),
      pipeline(target, (chunks: AsyncIterable<Buffer>) => this.#throttle(chunks, 'answers', link), client),
    ]).then(() => this.#links.delete(link));
  }

  async *#throttle(chunks: AsyncIterable<Buffer>, flow: Exclude<Flow, 'both'>, link: Link): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (this.#delayMs > 0) await delay(this.#delayMs);
      await this.#held[flow]?.promise;
      await link.stranded?.promise;
      yield chunk;
    }
    await this.#held[flow]?.promise;
    await link.stranded?.promise;
  }
}
