import { setTimeout as delay } from 'node:timers/promises';
import { GatewayDispatchEvents, GatewayOpcodes } from 'discord-api-types/v10';
import { z } from 'zod';
import { endsSession, fatalAdvice } from './close-codes.ts';
import { Connection, type ConnectionEnd } from './connection.ts';
import type { DispatchSink } from './dispatch.ts';
import { FatalGatewayError } from './errors.ts';
import type { Frame } from './frame.ts';
import type { IdentifyGate, IdentifyTurn } from './identify-gate.ts';
import { trustedResumeUrl } from './resume-url.ts';
import { Session, type StoredSession } from './session.ts';
import type { ShardListener } from './shard-event.ts';

/**
 * The states of a shard:
 * - `idle`: not started;
 * - `connecting`: waiting for the socket and Discord's hello;
 * - `identifying`: waiting for its turn to identify, and for READY;
 * - `resuming`: Discord replays; dispatches flow already;
 * - `ready`: connected, dispatches flow;
 * - `waiting`: disconnected, until the next attempt;
 * - `stopped`: ended by us, the session can be resumed;
 * - `failed`: Discord has refused the bot; a person must act.
 */
export type ShardState =
  | 'idle'
  | 'connecting'
  | 'identifying'
  | 'resuming'
  | 'ready'
  | 'waiting'
  | 'stopped'
  | 'failed';

export interface ShardOptions {
  readonly id: number;
  readonly count: number;
  readonly token: string;
  readonly intents: number;
  /** Where a new session is opened: `url` of GET /gateway/bot. */
  readonly gatewayUrl: string;
  /** A session to resume. */
  readonly session?: StoredSession;
  readonly identifyGate: IdentifyGate;
  readonly sink: DispatchSink;
  readonly onEvent: ShardListener;
}

/** What can be told of a shard at a moment. */
export interface ShardStatus {
  readonly id: number;
  readonly state: ShardState;
  /** Since when it is in that state, in ms since the epoch. */
  readonly since: number;
  readonly latencyMs: number | undefined;
  /** When the last dispatch came, in ms since the epoch. */
  readonly lastDispatchAt: number | undefined;
  /** Dispatches received and not yet confirmed. */
  readonly lag: number;
  readonly identifies: number;
  readonly resumes: number;
  readonly lastDisconnect: string | undefined;
}

const ready = z.object({
  // It becomes part of every event's id, which AMQP limits to 255 bytes.
  session_id: z.string().min(1).max(200),
  resume_gateway_url: z.string().min(1),
  guilds: z.array(z.object({ id: z.string() })),
});

const guildPart = z.object({ id: z.string(), unavailable: z.boolean().optional() });

/** Limits in ms. */
const limits = {
  /** From our IDENTIFY to READY. */
  ready: 30_000,
  /** From RESUME, or the last replayed dispatch, to RESUMED. */
  resumed: 30_000,
  /** Wait before a reconnect; doubles with every failure in a row. */
  reconnectMin: 500,
  reconnectMax: 60_000,
};

/**
 * A shard: keeps one gateway session alive through any number of connections. It resumes whenever Discord
 * allows it, from the cursor, and identifies only when it must.
 */
export class Shard {
  readonly #options: ShardOptions;
  readonly #stopping = new AbortController();
  #session: Session | undefined;
  #connection: Connection | undefined;
  #state: ShardState = 'idle';
  #since = Date.now();
  readonly #pauses = new Set<string>();
  #attemptStartedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #invalidated = false;
  #lastDispatchAt: number | undefined;
  #identifies = 0;
  #resumes = 0;
  #lastDisconnect: string | undefined;

  constructor(options: ShardOptions) {
    this.#options = options;
    const { session, gatewayUrl } = options;
    if (session !== undefined) {
      this.#session = Session.restored({ ...session, resumeUrl: trustedResumeUrl(session.resumeUrl, gatewayUrl) });
    }
  }

  get id(): number {
    return this.#options.id;
  }

  status(): ShardStatus {
    return {
      id: this.#options.id,
      state: this.#state,
      since: this.#since,
      latencyMs: this.#connection?.latencyMs,
      lastDispatchAt: this.#lastDispatchAt,
      lag: this.#session?.lag ?? 0,
      identifies: this.#identifies,
      resumes: this.#resumes,
      lastDisconnect: this.#lastDisconnect,
    };
  }

  /** The session as of its cursor, to be stored; undefined before READY. */
  snapshot(): StoredSession | undefined {
    return this.#session?.snapshot();
  }

  /**
   * Connects, and connects again after every loss, until {@link stop}.
   * @throws {FatalGatewayError} when Discord refuses the bot for good.
   */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const end = await this.#live();
      const sessionBefore = this.#session;
      this.#lastDisconnect = `${end.code} ${end.reason}`.trim();
      const advice = fatalAdvice(end.code);
      if (advice !== undefined) {
        this.#enter('failed');
        throw new FatalGatewayError(end.code, advice);
      }
      if (endsSession(end.code)) this.#loseSession(`Discord closed with ${end.code}`);
      if (signal.aborted) break;
      const retryInMs = this.#reconnectDelay(sessionBefore !== undefined && this.#session === undefined);
      this.#enter('waiting');
      this.#options.onEvent({ type: 'disconnected', shardId: this.id, ...end, retryInMs });
      await delay(retryInMs, undefined, { signal }).catch(() => undefined);
    }
    this.#enter('stopped');
  }

  /**
   * Disconnects so that the session can be resumed, by whoever has its {@link snapshot}. What has been received
   * stays to be confirmed. {@link run} then returns.
   */
  stop(): void {
    this.#stopping.abort();
    this.#connection?.close('shutting down');
  }

  /**
   * Stops reading dispatches; the connection is kept alive. Several may have a reason to: reading goes on when each
   * has resumed.
   */
  pause(reason: string): void {
    this.#pauses.add(reason);
    // During the handshake there is little to read, and its time limits would expire.
    if (this.#state === 'ready' || this.#state === 'resuming') this.#connection?.pause();
  }

  resume(reason: string): void {
    this.#pauses.delete(reason);
    if (!this.#paused) this.#connection?.resume();
  }

  get #paused(): boolean {
    return this.#pauses.size > 0;
  }

  /** One connection; resolves with how it ended. */
  async #live(): Promise<ConnectionEnd> {
    const turn = await this.#turnToIdentify();
    if (this.#stopping.signal.aborted) return { code: 1000, reason: 'stopped before connecting' };
    this.#enter('connecting');
    this.#attemptStartedAt = performance.now();
    this.#invalidated = false;
    const ended = Promise.withResolvers<ConnectionEnd>();
    this.#connection = new Connection(this.#session?.resumeUrl ?? this.#options.gatewayUrl, {
      frame: (frame) => this.#handle(frame),
      hello: () => this.#open(turn),
      end: ended.resolve,
      acknowledged: () => (this.#session === undefined ? null : this.#session.cursor),
    });
    const end = await ended.promise;
    turn?.abandoned();
    clearTimeout(this.#timer);
    this.#connection = undefined;
    return end;
  }

  /** Waits before there is a connection: one that identifies nobody is closed by Discord after a while. */
  async #turnToIdentify(): Promise<IdentifyTurn | undefined> {
    if (this.#session !== undefined) return undefined;
    this.#enter('identifying');
    const { identifyGate, id } = this.#options;
    return identifyGate.enter(id, this.#stopping.signal).catch(() => undefined);
  }

  #open(turn: IdentifyTurn | undefined): void {
    const { token, id, count, intents } = this.#options;
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#session !== undefined) {
      this.#enter('resuming');
      this.#resumes += 1;
      this.#limit(limits.resumed, 'no RESUMED in time');
      const { id: sessionId, cursor } = this.#session;
      connection.send(GatewayOpcodes.Resume, { token, session_id: sessionId, seq: cursor });
      // The replay may be long, and whoever paused us has no room for it yet.
      if (this.#paused) connection.pause();
      return;
    }
    this.#enter('identifying');
    this.#identifies += 1;
    this.#limit(limits.ready, 'no READY in time');
    connection.send(GatewayOpcodes.Identify, {
      token,
      intents,
      shard: [id, count],
      properties: { os: process.platform, browser: 'arrakis', device: 'arrakis' },
    });
    turn?.identified();
  }

  #handle(frame: Frame): void {
    switch (frame.op) {
      case GatewayOpcodes.Dispatch:
        this.#dispatch(frame);
        return;
      case GatewayOpcodes.Reconnect:
        this.#connection?.close('Discord asked for a reconnect');
        return;
      case GatewayOpcodes.InvalidSession:
        this.#invalidated = true;
        if (frame.d !== true) this.#loseSession('Discord invalidated it');
        this.#connection?.close('Discord invalidated the session');
        return;
      default:
      // Discord may add opcodes; what is not understood is not for us.
    }
  }

  #dispatch({ t, s, d, body }: Frame): void {
    if (t === null || s === null) return;
    if (t === GatewayDispatchEvents.Ready && !this.#startSession(d, s)) return;
    const session = this.#session;
    if (session === undefined) {
      this.#connection?.close('a dispatch came before READY');
      return;
    }
    const receivedAt = Date.now();
    this.#lastDispatchAt = receivedAt;
    if (this.#state === 'resuming') this.#limit(limits.resumed, 'no RESUMED in time');
    // What a RESUME replays and this process already has is with the broker, or on its way there.
    if (session.receive(s)) {
      const guildWasUnavailable = this.#noteGuild(session, { t, s, d });
      this.#options.sink(
        {
          name: t,
          sequence: s,
          lag: session.lag,
          sessionId: session.id,
          shardId: this.id,
          data: d,
          body,
          receivedAt,
          guildWasUnavailable,
        },
        () => session.confirm(s),
      );
    }
    if (t === GatewayDispatchEvents.Ready) this.#becomeReady('identified');
    if (t === GatewayDispatchEvents.Resumed) this.#becomeReady('resumed');
  }

  /** Opens the session of a READY; false when it cannot be understood. */
  #startSession(d: unknown, sequence: number): boolean {
    const parsed = ready.safeParse(d);
    if (!parsed.success) {
      this.#connection?.close('Discord sent a READY that cannot be understood');
      return false;
    }
    const { session_id: sessionId, resume_gateway_url: resumeUrl, guilds } = parsed.data;
    this.#session = Session.opened(sessionId, trustedResumeUrl(resumeUrl, this.#options.gatewayUrl));
    for (const guild of guilds) this.#session.setUnavailable(guild.id, true, sequence);
    return true;
  }

  /** Follows which guilds are unavailable. Returns whether the one of a GUILD_CREATE was. */
  #noteGuild(session: Session, { t, s, d }: Pick<Frame, 'd'> & { t: string; s: number }): boolean {
    if (t !== GatewayDispatchEvents.GuildCreate && t !== GatewayDispatchEvents.GuildDelete) return false;
    const guild = guildPart.safeParse(d);
    if (!guild.success) return false;
    const wasUnavailable = session.isUnavailable(guild.data.id);
    session.setUnavailable(guild.data.id, guild.data.unavailable === true, s);
    return wasUnavailable;
  }

  #becomeReady(type: 'identified' | 'resumed'): void {
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#enter('ready');
    if (this.#paused) this.#connection?.pause();
    const sessionId = this.#session?.id ?? '';
    this.#options.onEvent({
      type,
      shardId: this.id,
      sessionId,
      tookMs: performance.now() - this.#attemptStartedAt,
    });
  }

  #loseSession(reason: string): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    const { cursor: sequence, id: sessionId } = session;
    this.#options.onEvent({ type: 'session-lost', shardId: this.id, sessionId, sequence, reason });
  }

  /**
   * After an invalid session Discord wants 1–5 s (Discord docs, Gateway, "Resuming"). A first loss of a connection
   * is mended quickly; failures in a row wait longer and longer.
   */
  #reconnectDelay(sessionLost: boolean): number {
    const ceiling = Math.min(limits.reconnectMax, limits.reconnectMin * 2 ** this.#failures);
    this.#failures += 1;
    const backoffMs = ceiling * (0.1 + 0.9 * Math.random());
    if (!this.#invalidated && !sessionLost) return Math.round(backoffMs);
    return Math.round(Math.max(backoffMs, 1_000 + 4_000 * Math.random()));
  }

  #limit(ms: number, reason: string): void {
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#timer = setTimeout(() => {
      // While nothing is read, nothing can arrive in time.
      if (this.#paused) this.#limit(ms, reason);
      else connection?.abandon(reason);
    }, ms);
  }

  #enter(state: ShardState): void {
    this.#state = state;
    this.#since = Date.now();
  }
}
