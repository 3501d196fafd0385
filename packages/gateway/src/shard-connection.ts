import { GatewayDispatchEvents, GatewayOpcodes } from 'discord-api-types/gateway/v10';
import type { CommandQueue } from './command-queue.ts';
import { Connection, type ConnectionEnd } from './connection.ts';
import type { DispatchFrame, Frame, FrameError } from './frame.ts';
import { identifyData, readReady } from './handshake.ts';
import type { IdentifyTurn } from './identify-gate.ts';
import type { Intake } from './intake.ts';
import type { Pauses } from './pauses.ts';
import { trustedResumeUrl } from './resume-url.ts';
import type { SessionHolder } from './session-holder.ts';
import { Session } from './session.ts';
import type { ShardOptions } from './shard-options.ts';
import type { ShardRecord } from './shard-record.ts';
import type { SilenceWatchdog } from './silence-watchdog.ts';
import type { UnreadableFrames } from './unreadable-frames.ts';

/** What a shard keeps from one connection to the next. */
export interface ShardParts {
  readonly options: ShardOptions;
  readonly record: ShardRecord;
  readonly session: SessionHolder;
  readonly intake: Intake;
  readonly pauses: Pauses;
  readonly commands: CommandQueue;
  readonly silence: SilenceWatchdog;
  readonly unreadable: UnreadableFrames;
}

/** Limits, in ms but for the last. */
const limits = {
  /** From our IDENTIFY to READY. */
  ready: 30_000,
  /** From RESUME, or the last replayed dispatch, to RESUMED. */
  resumed: 30_000,
  /** How long a connection on which nothing is read is kept: Discord's own buffers for it are bounded. */
  pause: 30_000,
  /** Dispatches in a row, after the replay, that had been received before: a few may be a whim of Discord's. */
  repeated: 10,
};

/** One connection of a shard: identifies or resumes, and then takes what Discord sends. */
export class ShardConnection {
  /** Resolves when it has ended. */
  readonly ended: Promise<ConnectionEnd>;
  readonly #parts: ShardParts;
  readonly #turn: IdentifyTurn | undefined;
  readonly #connection: Connection;
  readonly #startedAt = performance.now();
  /** When it became ready; undefined before. */
  #readyAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #invalidated = false;
  /** Dispatches in a row, after the replay, that had been received before. */
  #repeated = 0;
  /** Highest sequence received when the last heartbeat was acknowledged. */
  #receivedAtBeat = 0;

  /** `turn`: to identify, unless there is a session. */
  constructor(parts: ShardParts, turn: IdentifyTurn | undefined) {
    const { options, session } = parts;
    this.#parts = parts;
    this.#turn = turn;
    const ended = Promise.withResolvers<ConnectionEnd>();
    this.#connection = new Connection({
      url: session.current?.resumeUrl ?? options.gatewayUrl,
      compression: options.compression ?? 'none',
      handlers: {
        hello: () => this.#open(),
        frame: (frame) => this.#handle(frame),
        unreadable: (cause) => this.#leaveOut(cause),
        sequence: () => this.#acknowledged(),
        alive: () => this.#watchSilence(),
        end: (end) => {
          this.#finish();
          ended.resolve(end);
        },
      },
    });
    this.ended = ended.promise;
  }

  get latencyMs(): number | undefined {
    return this.#connection.latencyMs;
  }

  get lastAckAt(): number | undefined {
    return this.#connection.lastAckAt;
  }

  /** How long it has been ready, in ms. */
  get readyForMs(): number {
    return this.#readyAt === undefined ? 0 : performance.now() - this.#readyAt;
  }

  /** Whether Discord has declared the session invalid. */
  get invalidated(): boolean {
    return this.#invalidated;
  }

  close(reason: string): void {
    this.#connection.close(reason);
  }

  /** Stops reading, once the handshake is done: in it there is little to read, and its time limits would expire. */
  pause(): void {
    const { state } = this.#parts.record;
    if (state !== 'ready' && state !== 'resuming') return;
    this.#connection.pause(this.#parts.options.pauseLimitMs ?? limits.pause);
  }

  resume(): void {
    this.#connection.resume();
  }

  /** The sequence for a heartbeat; null when there is none. */
  #acknowledged(): number | null {
    const { options, session } = this.#parts;
    if (session.current === undefined) return null;
    const { id, cursor } = session.current;
    if (options.resumableFrom === undefined) return cursor;
    const resumable = options.resumableFrom(id);
    return resumable === undefined ? null : Math.min(cursor, resumable);
  }

  /** Discord has said hello: resumes the session, or identifies for a new one. */
  #open(): void {
    const { options, record, session, pauses } = this.#parts;
    const { current } = session;
    if (current === undefined) {
      record.identifying();
      this.#limit(limits.ready, 'no READY in time');
      this.#connection.send(GatewayOpcodes.Identify, identifyData(options));
      this.#turn?.identified();
      return;
    }
    record.resuming();
    this.#limit(limits.resumed, 'no RESUMED in time');
    current.beginReplay();
    const data = { token: options.token, session_id: current.id, seq: current.cursor };
    this.#connection.send(GatewayOpcodes.Resume, data);
    // The replay may be long, and whoever paused us meanwhile has no room for it yet.
    if (pauses.active) this.pause();
  }

  #handle(frame: Frame): void {
    switch (frame.op) {
      case GatewayOpcodes.Dispatch:
        this.#dispatch(frame);
        return;
      case GatewayOpcodes.Reconnect:
        this.close('Discord asked for a reconnect');
        return;
      case GatewayOpcodes.InvalidSession:
        this.#invalidated = true;
        // Before we have said which session we mean, it can be about none.
        if (frame.d !== true && this.#parts.record.state !== 'connecting') {
          this.#parts.session.lose('Discord invalidated it');
        }
        this.close('Discord invalidated the session');
        return;
      default:
      // Discord may add opcodes; what is not understood is not for us.
    }
  }

  /** Whether to go on without a frame. If it was a dispatch, that is told as a gap. */
  #leaveOut(cause: FrameError): boolean {
    const { options, record, session, intake, unreadable } = this.#parts;
    const { current } = session;
    if (current === undefined || (record.state !== 'resuming' && record.state !== 'ready')) return false;
    if (!unreadable.note()) return false;
    const { id: sessionId, received } = current;
    options.onEvent({ type: 'unreadable', shardId: options.id, sessionId, received, reason: cause.message });
    intake.leaveOut(current, cause.sequence);
    return true;
  }

  #dispatch(frame: DispatchFrame): void {
    const { t, s, body } = frame;
    if (t === GatewayDispatchEvents.Ready && !this.#acceptReady(body, s)) return;
    const { record, session, intake, unreadable } = this.#parts;
    const { current } = session;
    const { state } = record;
    if (current === undefined || state === 'connecting') {
      this.close('a dispatch came before the handshake');
      return;
    }
    if (state === 'resuming') this.#timer?.refresh();
    const taken = intake.take(current, frame);
    if (taken === 'new') {
      this.#repeated = 0;
      // That one comes on every connection, and before what cannot be read as well.
      if (t !== GatewayDispatchEvents.Resumed) unreadable.passed();
    } else if (taken === 'absurd' || (state === 'ready' && this.#isOutOfStep())) {
      this.close('Discord sent sequences that cannot be of this session');
      return;
    }
    if (t === GatewayDispatchEvents.Ready && state === 'identifying') this.#becomeReady('identified', current);
    // One of an earlier connection may be replayed as well.
    if (t === GatewayDispatchEvents.Resumed && state === 'resuming' && taken === 'new') {
      current.endReplay(s);
      this.#becomeReady('resumed', current);
    }
  }

  /**
   * Whether Discord counts from somewhere else than we do: then all that it sends would be taken for a replay. It will
   * refuse a RESUME from where it has not been yet, and the loss is told.
   */
  #isOutOfStep(): boolean {
    this.#repeated += 1;
    return this.#repeated >= limits.repeated;
  }

  /**
   * Opens the session of a READY, or takes note of one that is replayed because nothing of the session was confirmed;
   * false when it cannot be understood or nobody asked for it.
   */
  #acceptReady(body: Buffer, sequence: number): boolean {
    const { options, record, session } = this.#parts;
    const ready = readReady(JSON.parse(body.toString()));
    const { current } = session;
    if (ready !== undefined && current === undefined && record.state === 'identifying') {
      const resumeUrl = trustedResumeUrl(ready.resumeUrl, options.gatewayUrl);
      session.open(Session.opened({ ...ready, resumeUrl, first: sequence }));
      return true;
    }
    if (ready !== undefined && current?.id === ready.sessionId && record.state === 'resuming') {
      current.expectGuilds(ready.guildIds, sequence);
      return true;
    }
    this.close('Discord sent a READY that cannot be understood');
    return false;
  }

  #becomeReady(type: 'identified' | 'resumed', session: Session): void {
    const { options, record, pauses, commands, silence } = this.#parts;
    clearTimeout(this.#timer);
    this.#readyAt = performance.now();
    record.enter('ready');
    silence.connected();
    this.#receivedAtBeat = session.received;
    if (pauses.active) this.pause();
    commands.open(this.#connection);
    const tookMs = this.#readyAt - this.#startedAt;
    options.onEvent({ type, shardId: options.id, sessionId: session.id, tookMs });
  }

  /** A heartbeat was acknowledged while we were reading. */
  #watchSilence(): void {
    const { options, record, session, silence } = this.#parts;
    const { current } = session;
    if (current === undefined || record.state !== 'ready') return;
    const heard = current.received > this.#receivedAtBeat;
    this.#receivedAtBeat = current.received;
    const action = silence.beat(heard);
    if (action === 'wait') return;
    const heartbeats = silence.silentHeartbeats;
    options.onEvent({ type: 'silent', shardId: options.id, sessionId: current.id, heartbeats, action });
    const reason = `Discord acknowledged ${heartbeats} heartbeats and sent nothing else`;
    if (action === 'identify') session.lose(reason);
    this.close(reason);
  }

  #limit(ms: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // While nothing is read, nothing can arrive in time.
      if (this.#parts.pauses.active) this.#limit(ms, reason);
      else this.#connection.abandon(reason);
    }, ms);
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#parts.commands.close();
    this.#turn?.abandoned();
  }
}
