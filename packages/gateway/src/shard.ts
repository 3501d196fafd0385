import { setTimeout as delay } from 'node:timers/promises';
import { GatewayDispatchEvents, GatewayOpcodes } from 'discord-api-types/v10';
import { endsSession, fatalAdvice } from './close-codes.ts';
import type { CommandOpcode } from './command.ts';
import { CommandQueue } from './command-queue.ts';
import { Connection, type ConnectionEnd } from './connection.ts';
import type { Compression } from './decompressor.ts';
import type { DispatchSink } from './dispatch.ts';
import { FatalGatewayError } from './errors.ts';
import type { Frame } from './frame.ts';
import { identifyData, readReady } from './handshake.ts';
import type { IdentifyGate, IdentifyTurn } from './identify-gate.ts';
import { Intake } from './intake.ts';
import { Pauses } from './pauses.ts';
import { ReconnectDelay } from './reconnect-delay.ts';
import { trustedResumeUrl } from './resume-url.ts';
import { Session, type StoredSession } from './session.ts';
import type { ShardListener } from './shard-event.ts';
import type { ShardState, ShardStatus } from './shard-status.ts';

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
  /**
   * How Discord compresses what it sends; default `none`, which costs the least CPU and memory. `zlib-stream` and
   * `zstd-stream` take several times less bandwidth (docs/decisions, "compression").
   */
  readonly compression?: Compression;
  /** How long reading may be paused before the shard disconnects until it may read again, in ms; default 30,000. */
  readonly pauseLimitMs?: number;
}

/** How long a connection on which nothing is read is kept: Discord's own buffers for it are bounded. In ms. */
const defaultPauseLimitMs = 30_000;

/** Limits in ms. */
const limits = {
  /** From our IDENTIFY to READY. */
  ready: 30_000,
  /** From RESUME, or the last replayed dispatch, to RESUMED. */
  resumed: 30_000,
};

/**
 * A shard: keeps one gateway session alive through any number of connections. It resumes whenever Discord
 * allows it, from the cursor, and identifies only when it must.
 */
export class Shard {
  readonly #options: ShardOptions;
  readonly #stopping = new AbortController();
  readonly #pauses = new Pauses();
  readonly #reconnectDelay = new ReconnectDelay();
  readonly #commands = new CommandQueue();
  readonly #intake: Intake;
  #session: Session | undefined;
  #connection: Connection | undefined;
  #state: ShardState = 'idle';
  #since = Date.now();
  #attemptStartedAt = 0;
  /** When the connection became ready; undefined before. */
  #readyAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #invalidated = false;
  #identifies = 0;
  #resumes = 0;
  /** Why the next connection identifies or resumes. */
  #nextReason: string;
  #identifyReason: string | undefined;
  #resumeReason: string | undefined;
  #lastDisconnect: string | undefined;

  constructor(options: ShardOptions) {
    this.#options = options;
    this.#intake = new Intake(options);
    const { session, gatewayUrl } = options;
    this.#nextReason = session === undefined ? 'there was no session' : 'a session was stored';
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
      lastAckAt: this.#connection?.lastAckAt,
      lastDispatchAt: this.#intake.lastDispatchAt,
      received: this.#session?.received,
      confirmed: this.#session?.cursor,
      lag: this.#session?.lag ?? 0,
      identifies: this.#identifies,
      identifyReason: this.#identifyReason,
      resumes: this.#resumes,
      resumeReason: this.#resumeReason,
      lastDisconnect: this.#lastDisconnect,
      pauses: this.#pauses.reasons,
      queuedCommands: this.#commands.size,
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
    await this.#mayRead();
    while (!signal.aborted) {
      const end = await this.#live();
      const retryInMs = this.#afterwards(end);
      if (signal.aborted) break;
      this.#options.onEvent({ type: 'disconnected', shardId: this.id, ...end, retryInMs });
      await this.#wait(retryInMs);
      await this.#mayRead();
    }
    this.#enter('stopped');
  }

  /**
   * Disconnects so that the session can be resumed, by whoever has its {@link snapshot}. What has been received
   * stays to be confirmed. {@link run} then returns.
   */
  stop(): void {
    this.#stopping.abort();
    this.#commands.end();
    this.#connection?.close('shutting down');
  }

  /**
   * Sends a command to Discord when the shard is ready and its send budget allows it, in the order given. Resolves
   * when it is written; what Discord makes of it is not known. The form of `d` is not checked.
   * @throws {GatewayCommandError} when it cannot be sent, or `signal` is aborted first.
   */
  async command(op: CommandOpcode, d: unknown, signal?: AbortSignal): Promise<void> {
    await this.#commands.send(op, d, signal);
  }

  /**
   * Stops reading dispatches; the connection is kept alive for `pauseLimitMs`, and a lost one is not opened again
   * before reading may go on. Several may have a reason to pause: reading goes on when each has resumed.
   */
  pause(reason: string): void {
    this.#pauses.add(reason);
    // During the handshake there is little to read, and its time limits would expire.
    if (this.#state === 'ready' || this.#state === 'resuming') this.#stopReading();
  }

  resume(reason: string): void {
    this.#pauses.delete(reason);
    if (!this.#pauses.active) this.#connection?.resume();
  }

  /**
   * Resolves when reading is not paused: until then a connection would only be lost again, and with it, should it
   * identify, a start of a session.
   */
  async #mayRead(): Promise<void> {
    const { signal } = this.#stopping;
    let known = true;
    while (this.#pauses.active && !signal.aborted) {
      this.#enter('suspended');
      this.#options.onEvent({ type: 'suspended', shardId: this.id, pauses: this.#pauses.reasons });
      await this.#pauses.cleared(signal);
      if (known) await this.#wait(this.#reconnectDelay.afterSuspension());
      known = false;
    }
  }

  async #wait(ms: number): Promise<void> {
    this.#enter('waiting');
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  /** One connection; resolves with how it ended. */
  async #live(): Promise<ConnectionEnd> {
    let turn: IdentifyTurn | undefined;
    try {
      turn = await this.#turnToIdentify();
    } catch (cause) {
      return { code: 1006, reason: `no turn to identify: ${cause instanceof Error ? cause.message : String(cause)}` };
    }
    this.#enter('connecting');
    this.#attemptStartedAt = performance.now();
    this.#readyAt = undefined;
    this.#invalidated = false;
    const ended = Promise.withResolvers<ConnectionEnd>();
    this.#connection = new Connection({
      url: this.#session?.resumeUrl ?? this.#options.gatewayUrl,
      compression: this.#options.compression ?? 'none',
      handlers: {
        frame: (frame) => this.#handle(frame),
        hello: () => this.#open(turn),
        end: ended.resolve,
        acknowledged: () => (this.#session === undefined ? null : this.#session.cursor),
      },
    });
    const end = await ended.promise;
    this.#commands.close();
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
    return identifyGate.enter(id, this.#stopping.signal);
  }

  /**
   * What the end of a connection means; returns after how many ms another is tried.
   * @throws {FatalGatewayError} when Discord refuses the bot for good.
   */
  #afterwards(end: ConnectionEnd): number {
    this.#lastDisconnect = `${end.code} ${end.reason}`.trim();
    const advice = fatalAdvice(end.code);
    if (advice !== undefined) {
      this.#commands.end();
      this.#enter('failed');
      throw new FatalGatewayError(end.code, advice);
    }
    if (this.#session !== undefined) this.#nextReason = this.#lastDisconnect;
    if (endsSession(end.code)) this.#loseSession(`Discord closed with ${end.code}`);
    const readyForMs = this.#readyAt === undefined ? 0 : performance.now() - this.#readyAt;
    return this.#reconnectDelay.next({ readyForMs, invalidated: this.#invalidated, paused: this.#pauses.active });
  }

  /** Discord has said hello: resumes the session, or identifies for a new one. */
  #open(turn: IdentifyTurn | undefined): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#session !== undefined) {
      this.#enter('resuming');
      this.#resumes += 1;
      this.#resumeReason = this.#nextReason;
      this.#limit(limits.resumed, 'no RESUMED in time');
      const { id: sessionId, cursor } = this.#session;
      this.#session.beginReplay();
      connection.send(GatewayOpcodes.Resume, { token: this.#options.token, session_id: sessionId, seq: cursor });
      // The replay may be long, and whoever paused us meanwhile has no room for it yet.
      if (this.#pauses.active) this.#stopReading();
      return;
    }
    this.#enter('identifying');
    this.#identifies += 1;
    this.#identifyReason = this.#nextReason;
    this.#limit(limits.ready, 'no READY in time');
    connection.send(GatewayOpcodes.Identify, identifyData(this.#options));
    turn?.identified();
  }

  #stopReading(): void {
    this.#connection?.pause(this.#options.pauseLimitMs ?? defaultPauseLimitMs);
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
    if (session === undefined || this.#state === 'connecting') {
      this.#connection?.close('a dispatch came before the handshake');
      return;
    }
    const replaying = this.#state === 'resuming';
    if (replaying) this.#timer?.refresh();
    if (this.#intake.take(session, { t, s, d, body }) === 'absurd') {
      this.#connection?.close('Discord sent a sequence that cannot be of this session');
      return;
    }
    if (t === GatewayDispatchEvents.Ready) this.#becomeReady('identified', session);
    if (t === GatewayDispatchEvents.Resumed && replaying) {
      session.endReplay();
      this.#becomeReady('resumed', session);
    }
  }

  /** Opens the session of a READY; false when it cannot be understood or nobody asked for it. */
  #startSession(d: unknown, sequence: number): boolean {
    const ready = this.#session === undefined && this.#state === 'identifying' ? readReady(d) : undefined;
    if (ready === undefined) {
      this.#connection?.close('Discord sent a READY that cannot be understood');
      return false;
    }
    const resumeUrl = trustedResumeUrl(ready.resumeUrl, this.#options.gatewayUrl);
    this.#session = Session.opened({ sessionId: ready.sessionId, resumeUrl, first: sequence });
    for (const guildId of ready.guildIds) this.#session.setUnavailable(guildId, true, sequence);
    return true;
  }

  #becomeReady(type: 'identified' | 'resumed', session: Session): void {
    clearTimeout(this.#timer);
    this.#readyAt = performance.now();
    this.#enter('ready');
    if (this.#pauses.active) this.#stopReading();
    if (this.#connection !== undefined) this.#commands.open(this.#connection);
    const tookMs = this.#readyAt - this.#attemptStartedAt;
    this.#options.onEvent({ type, shardId: this.id, sessionId: session.id, tookMs });
  }

  #loseSession(reason: string): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    this.#invalidated = true;
    this.#nextReason = `the session was lost: ${reason}`;
    this.#options.onEvent({
      type: 'session-lost',
      shardId: this.id,
      sessionId: session.id,
      confirmed: session.cursor,
      received: session.received,
      lastDispatchAt: this.#intake.lastDispatchAt,
      reason,
    });
  }

  #limit(ms: number, reason: string): void {
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#timer = setTimeout(() => {
      // While nothing is read, nothing can arrive in time.
      if (this.#pauses.active) this.#limit(ms, reason);
      else connection?.abandon(reason);
    }, ms);
  }

  #enter(state: ShardState): void {
    this.#state = state;
    this.#since = Date.now();
  }
}
