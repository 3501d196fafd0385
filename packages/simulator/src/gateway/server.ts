import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';
import type { APIGatewayBotInfo } from 'discord-api-types/v10';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Recording } from '../recording.ts';
import type { Dispatch, DispatchSink } from '../world/dispatch-sink.ts';
import type { BurstOptions } from './burst.ts';
import { clientEndsSession, endsSession } from './close-reasons.ts';
import { Connection } from './connection.ts';
import type { ConnectionEnd, ConnectionHost } from './connection.ts';
import { connectionParameters } from './connection-parameters.ts';
import type { GatewayDirectory } from './directory.ts';
import { EventRouter } from './event-router.ts';
import { heartbeatRequestFrame, reconnectFrame } from './frames.ts';
import { Handshake } from './handshake.ts';
import { gatewayOptionsSchema } from './options.ts';
import type { GatewayOptions, ResolvedGatewayOptions } from './options.ts';
import { withoutToken } from './redaction.ts';
import type { SessionSnapshot } from './session.ts';
import { matchesSession, SessionRegistry } from './session-registry.ts';
import type { SessionSelector } from './session-registry.ts';
import { SessionRequests } from './session-requests.ts';
import { countClose, newStatistics } from './statistics.ts';
import type { GatewayStatistics } from './statistics.ts';
import { Transport } from './transport.ts';

export interface GatewayServerSetting {
  readonly directory: GatewayDirectory;
  /** WebSocket URL under which clients reach this gateway, without a query string */
  readonly url: () => string;
  readonly options?: GatewayOptions | undefined;
  readonly recording: Recording;
  /** a bot has exceeded its daily IDENTIFYs, so Discord resets its token */
  readonly onTokenReset?: ((applicationId: string) => void) | undefined;
}

/** WebSocket messages beyond this end the connection in `ws` itself; the gateway's own limit is far below. */
const maximumMessageBytes = 65_536;
const resumePath = '/resume';
const heartbeat: number = GatewayOpcodes.Heartbeat;

/**
 * The simulated gateway. The methods that name connections or sessions by a selector return how many they met.
 */
export class GatewayServer implements DispatchSink {
  readonly #setting: GatewayServerSetting;
  readonly #options: ResolvedGatewayOptions;
  readonly #registry: SessionRegistry;
  readonly #router: EventRouter;
  readonly #handshake: Handshake;
  readonly #requests: SessionRequests;
  readonly #statistics: GatewayStatistics = newStatistics();
  readonly #connections = new Set<Connection>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: maximumMessageBytes,
  });
  readonly #host: ConnectionHost;
  #outage = false;

  /** Throws a ZodError when an option is out of range. */
  constructor(setting: GatewayServerSetting) {
    this.#setting = setting;
    this.#options = gatewayOptionsSchema.parse(setting.options ?? {});
    this.#registry = new SessionRegistry(this.#options.resumeWindowMs);
    this.#requests = new SessionRequests(setting.directory, this.#options.memberRequestWindowMs);
    this.#router = new EventRouter({
      registry: this.#registry,
      statistics: this.#statistics,
      replayBufferSize: this.#options.replayBufferSize,
    });
    this.#handshake = new Handshake({
      directory: setting.directory,
      registry: this.#registry,
      options: this.#options,
      statistics: this.#statistics,
      recording: setting.recording,
      resumeGatewayUrl: () => `${setting.url()}${resumePath}`,
      dispatchTo: (session, event) => this.#router.dispatchTo(session, event),
      resetToken: (applicationId) => this.#resetToken(applicationId),
    });
    this.#host = this.#createHost();
  }

  /** Takes over an HTTP upgrade request for the gateway. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#outage) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'ws://simulated');
      const parameters = connectionParameters(searchParams);
      if (!parameters.ok) {
        countClose(this.#statistics.closesByGateway, parameters.closeCode);
        webSocket.on('error', () => {});
        webSocket.close(parameters.closeCode, parameters.reason);
        return;
      }
      const atResumeUrl = pathname.replace(/\/$/, '').endsWith(resumePath);
      this.#open({ webSocket, socket, atResumeUrl, ...parameters });
    });
  }

  // Events

  /** Gives an event to the sessions of its shard that have the intents for it. */
  dispatch(dispatch: Dispatch): void {
    this.#router.dispatch(dispatch);
  }

  /** Many dispatches as fast as clients take them; see `BurstOptions` and `runBurst`. */
  burst(options: BurstOptions): Promise<void> {
    return this.#router.burst(options);
  }

  // What is going on

  sessions(selector: SessionSelector = {}): SessionSnapshot[] {
    return this.#registry.matching(selector).map((session) => session.snapshot());
  }

  get statistics(): GatewayStatistics {
    return structuredClone({ ...this.#statistics, connections: this.#connections.size });
  }

  /** IDENTIFYs with a valid token so far. */
  get identifies(): number {
    return this.#statistics.identifies;
  }

  /** What GET /gateway/bot answers. */
  botInformation(applicationId: string): APIGatewayBotInfo {
    return {
      url: this.#setting.url(),
      shards: this.#options.recommendedShards,
      session_start_limit: this.#handshake.limitsOf(applicationId).state(),
    };
  }

  // Disturbances

  /** Closes connections with `code`, or cuts their TCP connections when there is none. */
  disconnect({ code, ...selector }: SessionSelector & { readonly code?: number | undefined }): number {
    return this.#each(selector, (connection) => {
      if (code === undefined) connection.cut();
      else connection.close(code);
    });
  }

  /** Asks clients to reconnect and resume (op 7). */
  requestReconnect(selector: SessionSelector = {}): number {
    return this.#each(selector, (connection) => connection.say(reconnectFrame));
  }

  /** Asks clients for a heartbeat at once (op 1). */
  requestHeartbeat(selector: SessionSelector = {}): number {
    return this.#each(selector, (connection) => connection.say(heartbeatRequestFrame));
  }

  /** Takes sessions back (op 9); unless `resumable` they are over, detached ones too. */
  invalidateSession({ resumable, ...selector }: SessionSelector & { readonly resumable: boolean }): number {
    const sessions = this.#registry.matching(selector);
    for (const connection of this.#connections) {
      if (connection.session !== undefined && matchesSession(connection.session, selector)) {
        connection.invalidate(resumable);
      }
    }
    for (const session of sessions) {
      if (resumable) this.#registry.startExpiry(session);
      else this.#registry.end(session);
    }
    return sessions.length;
  }

  /** Makes connections zombies, or brings them back: they read, but neither answer nor dispatch. */
  silence(selector: SessionSelector, silent: boolean): number {
    return this.#each(selector, (connection) => connection.silence(silent));
  }

  /** Sends anything: text as a frame like any other, bytes in a binary message past any compression. */
  sendRaw(selector: SessionSelector, data: string | Uint8Array): number {
    return this.#each(selector, (connection) => {
      if (typeof data === 'string') connection.say(data);
      else connection.transport.sendBytes(data);
    });
  }

  /** During an outage new connections are refused with 503; existing ones stay. */
  setOutage(outage: boolean): void {
    this.#outage = outage;
  }

  /** Ends all connections and sessions at once. */
  stop(): void {
    this.#outage = true;
    for (const connection of this.#connections) connection.cut();
    this.#registry.clear();
  }

  #open(client: {
    webSocket: WebSocket;
    socket: Duplex;
    version: number;
    atResumeUrl: boolean;
    compression: Transport['compression'];
  }): void {
    const transport = new Transport(client.webSocket, client.socket, {
      compression: client.compression,
      backlogBytes: this.#options.socketBacklogBytes,
      events: {
        message: (data, isBinary) => connection.receive(data, isBinary),
        drained: () => connection.feed(),
        closed: (code) => connection.closed(code),
      },
    });
    const { version, atResumeUrl, compression } = client;
    const { connectionsByCompression } = this.#statistics;
    this.#statistics.connectionsOpened += 1;
    connectionsByCompression[compression] = (connectionsByCompression[compression] ?? 0) + 1;
    const connection = new Connection(transport, {
      id: this.#statistics.connectionsOpened,
      version,
      atResumeUrl,
      host: this.#host,
      options: this.#options,
    });
    this.#connections.add(connection);
  }

  #createHost(): ConnectionHost {
    return {
      received: (connection, frame) => {
        if (frame.op === heartbeat) this.#statistics.heartbeats += 1;
        this.#record(connection, frame);
      },
      identify: (connection, identify) => this.#handshake.identify(connection, identify),
      resume: (connection, resume) => this.#handshake.resume(connection, resume),
      request: (session, request) => this.#requests.answer(session, request),
      ended: (connection, end) => this.#ended(connection, end),
    };
  }

  #record({ id, session }: Connection, frame: { op: number; d: unknown }): void {
    const { recording } = this.#setting;
    recording.addSent({
      atMs: recording.now(),
      connectionId: id,
      op: frame.op,
      data: withoutToken(frame.d),
      ...(session === undefined
        ? {}
        : {
            applicationId: session.bot.applicationId,
            sessionId: session.id,
            shard: session.shard,
          }),
    });
  }

  #ended(connection: Connection, end: ConnectionEnd): void {
    this.#connections.delete(connection);
    const statistics = this.#statistics;
    if (end.by === 'client') countClose(statistics.closesByClient, end.code);
    else if (end.code === null) statistics.cuts += 1;
    else countClose(statistics.closesByGateway, end.code);
    const { session } = connection;
    if (session === undefined) return;
    connection.release();
    const over = end.by === 'client' ? clientEndsSession(end.code) : end.code !== null && endsSession(end.code);
    if (over) this.#registry.end(session);
    else this.#registry.startExpiry(session);
  }

  /** Docs: Gateway, Identifying: "all active sessions for the app will be terminated, the bot token will be reset". */
  #resetToken(applicationId: string): void {
    this.disconnect({ applicationId, code: GatewayCloseCodes.AuthenticationFailed });
    for (const session of this.#registry.matching({ applicationId })) this.#registry.end(session);
    this.#setting.onTokenReset?.(applicationId);
  }

  /** Acts on the connections with a matching session; an empty selector also means those without a session. */
  #each(selector: SessionSelector, act: (connection: Connection) => void): number {
    const matching = [...this.#connections].filter(({ session }) =>
      session === undefined
        ? Object.values(selector).every((value) => value === undefined)
        : matchesSession(session, selector),
    );
    for (const connection of matching) act(connection);
    return matching.length;
  }
}
