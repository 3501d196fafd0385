import { GatewayCloseCodes as Code, GatewayOpcodes as Opcode } from 'discord-api-types/v10';
import { clientPayloadSchema, envelopeSchema } from './client-payloads.ts';
import type { ClientPayload, Identify, Resume } from './client-payloads.ts';
import { closeReason } from './close-reasons.ts';
import { heartbeatAckFrame, helloFrame, invalidSessionFrame } from './frames.ts';
import type { ResolvedGatewayOptions } from './options.ts';
import { SendLimit } from './send-limit.ts';
import type { Session, SessionReader } from './session.ts';
import type { Transport } from './transport.ts';

/** A request on an established session. */
export type SessionRequest = Exclude<ClientPayload, { op: Opcode.Heartbeat | Opcode.Identify | Opcode.Resume }>;

/** What a connection leaves to the gateway as a whole. */
export interface ConnectionHost {
  received(connection: Connection, frame: { op: number; d: unknown }): void;
  identify(connection: Connection, identify: Identify): void;
  resume(connection: Connection, resume: Resume): void;
  request(session: Session, request: SessionRequest): void;
  /** The connection serves no longer; its socket may live on until the close handshake is done. Once. */
  ended(connection: Connection, end: ConnectionEnd): void;
}

/** Who ended a connection, with which close code; null: the gateway cut the TCP connection. */
export type ConnectionEnd =
  | { readonly by: 'gateway'; readonly code: number | null }
  | { readonly by: 'client'; readonly code: number };

/** A frame larger than this is answered with 4002 (docs: Gateway, Sending Events). */
const maximumFrameBytes = 4096;
/** Dispatches that are written together at most, when many come in one turn of the event loop. */
const maximumUnsent = 256;

/**
 * One client's connection: greeted (HELLO sent) → established (it has a session) → closed. An invalidated session
 * brings it back to greeted.
 */
export class Connection implements SessionReader {
  readonly id: number;
  readonly transport: Transport;
  readonly version: number;
  /** whether the client came by the URL that READY names for resuming */
  readonly atResumeUrl: boolean;
  readonly #host: ConnectionHost;
  readonly #options: ResolvedGatewayOptions;
  readonly #sendLimit: SendLimit;
  readonly #heartbeatTimer: NodeJS.Timeout;
  #session: Session | undefined;
  #deliveredSequence = 0;
  #silent = false;
  #feedScheduled = false;
  #open = true;

  constructor(
    transport: Transport,
    setting: {
      id: number;
      version: number;
      atResumeUrl: boolean;
      host: ConnectionHost;
      options: ResolvedGatewayOptions;
    },
  ) {
    this.id = setting.id;
    this.transport = transport;
    this.version = setting.version;
    this.atResumeUrl = setting.atResumeUrl;
    this.#host = setting.host;
    this.#options = setting.options;
    this.#sendLimit = new SendLimit(setting.options.sendLimit);
    this.#heartbeatTimer = setTimeout(
      () => this.close(Code.SessionTimedOut),
      setting.options.heartbeatIntervalMs + setting.options.heartbeatGraceMs,
    );
    this.say(helloFrame(setting.options.heartbeatIntervalMs));
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get deliveredSequence(): number {
    return this.#deliveredSequence;
  }

  get accepting(): boolean {
    return !this.#silent;
  }

  /** Sends a frame that belongs to no session. */
  say(frame: string): void {
    if (!this.#silent) this.transport.send(frame);
  }

  /** From now on the client gets this session's frames after `sequence`. */
  establish(session: Session, sequence: number): void {
    this.#session = session;
    this.#deliveredSequence = sequence;
    session.attach(this);
  }

  /** Parts the connection from its session, which stays what it is. */
  release(): void {
    const session = this.#session;
    this.#session = undefined;
    session?.detach();
  }

  /** Refuses or takes back a session (op 9). The client may identify or resume on this connection. */
  invalidate(resumable: boolean): void {
    this.feed();
    this.release();
    this.say(invalidSessionFrame(resumable));
  }

  /** A silent connection reads, but neither answers nor dispatches: what clients call a zombie. */
  silence(silent: boolean): void {
    this.#silent = silent;
    if (silent) this.#session?.progressed();
    else this.feed();
  }

  surrender(): void {
    this.release();
    this.close(Code.UnknownError, 'The session has ended or was resumed on another connection.');
  }

  close(code: number, reason = closeReason(code)): void {
    if (!this.#open) return;
    this.feed();
    this.#end({ by: 'gateway', code });
    this.transport.close(code, reason);
  }

  /** Ends the TCP connection without a close frame. */
  cut(): void {
    if (!this.#open) return;
    this.#end({ by: 'gateway', code: null });
    this.transport.cut();
  }

  wake(): void {
    if (this.#session === undefined) return;
    if (this.#session.backlog >= maximumUnsent) return this.feed();
    if (this.#feedScheduled) return;
    this.#feedScheduled = true;
    queueMicrotask(() => {
      this.#feedScheduled = false;
      this.feed();
    });
  }

  feed(): void {
    const session = this.#session;
    if (session === undefined || this.#silent || !this.#open) return;
    if (!session.replay.reachesBackTo(this.#deliveredSequence)) return this.#overrun();
    this.transport.together(() => {
      while (this.#deliveredSequence < session.sequence && !this.transport.saturated) {
        this.#deliveredSequence += 1;
        const frame = session.replay.get(this.#deliveredSequence);
        if (frame !== undefined) this.transport.send(frame);
      }
    });
    if (session.backlog === 0) session.progressed();
  }

  /** One WebSocket message from the client. */
  receive(data: Buffer, isBinary: boolean): void {
    if (!this.#open) return;
    if (!this.#sendLimit.take(performance.now())) return this.close(Code.RateLimited);
    if (isBinary || data.length > maximumFrameBytes) return this.close(Code.DecodeError);
    const envelope = envelopeSchema.safeParse(parseJson(data));
    if (!envelope.success) return this.close(Code.DecodeError);
    this.#host.received(this, { op: envelope.data.op, d: envelope.data.d });
    const payload = clientPayloadSchema.safeParse(envelope.data);
    if (payload.success) this.#handle(payload.data);
    else this.close(Code.UnknownOpcode);
  }

  /** The transport is gone. */
  closed(code: number): void {
    this.#end({ by: 'client', code });
  }

  #handle(payload: ClientPayload): void {
    switch (payload.op) {
      case Opcode.Heartbeat:
        return this.#heartbeat(payload.d);
      case Opcode.Identify:
      case Opcode.Resume:
        if (this.#session !== undefined) return this.close(Code.AlreadyAuthenticated);
        if (payload.op === Opcode.Identify) this.#host.identify(this, payload.d);
        else this.#host.resume(this, payload.d);
        return;
      case Opcode.PresenceUpdate:
      case Opcode.VoiceStateUpdate:
      case Opcode.RequestGuildMembers:
      case Opcode.RequestSoundboardSounds:
      case Opcode.RequestChannelInfo:
        if (this.#session === undefined) return this.close(Code.NotAuthenticated);
        this.#host.request(this.#session, payload);
        return;
      default:
        payload satisfies never;
    }
  }

  #heartbeat(sequence: number | null): void {
    this.#heartbeatTimer.refresh();
    const session = this.#session;
    if (session !== undefined && sequence !== null) {
      session.lastHeartbeatSequence = sequence;
      if (this.#options.trimReplayOnHeartbeat) {
        session.replay.trimThrough(Math.min(sequence, this.#deliveredSequence));
      }
    }
    this.say(heartbeatAckFrame);
  }

  /** The client has fallen so far behind that what it needs next is no longer kept. */
  #overrun(): void {
    this.#end({ by: 'gateway', code: Code.UnknownError });
    this.transport.close(Code.UnknownError, 'The client did not keep up with its events.');
  }

  /** The first end counts: delivering the last events before a close may itself end the connection. */
  #end(end: ConnectionEnd): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#heartbeatTimer);
    this.#host.ended(this, end);
  }
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}
