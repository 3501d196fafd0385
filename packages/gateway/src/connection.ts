import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import { WebSocket, type RawData } from 'ws';
import { FrameError, readFrame, type Frame } from './frame.ts';
import { resumableCloseCode } from './close-codes.ts';
import { createDecompressor, type Compression, type Decompressor } from './decompressor.ts';
import { SendBudget } from './send-budget.ts';

/** How a connection ended: Discord's close code, or 1006 when the socket just broke. */
export interface ConnectionEnd {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectionHandlers {
  /** Every payload but those of the heartbeat. */
  frame(frame: Frame): void;
  /** What came is no payload: true when the connection goes on without it, otherwise it ends. */
  unreadable(cause: FrameError): boolean;
  /** Discord has said hello: now identify or resume. */
  hello(): void;
  /** Called once, last. */
  end(end: ConnectionEnd): void;
  /** The sequence that a heartbeat acknowledges; null before there is a session. */
  sequence(): number | null;
  /** Discord has acknowledged a heartbeat, in time and while we were reading. */
  alive(): void;
}

interface ConnectionOptions {
  readonly url: string;
  readonly compression: Compression;
  readonly handlers: ConnectionHandlers;
}

/** Limits in ms: from the connect to hello, and from our close to the socket's end. */
const limits = { hello: 15_000, close: 2_000 };

/** The largest payload accepted, in bytes; a GUILD_CREATE of the largest guilds has a few MB. */
const maxPayload = 32 * 1024 * 1024;

/**
 * One WebSocket connection to the gateway: hello, heartbeats and their acknowledgement, sending, closing. It
 * knows no session. (Discord docs, Gateway, "Connection Lifecycle".)
 */
export class Connection {
  readonly #socket: WebSocket;
  readonly #handlers: ConnectionHandlers;
  readonly #decompressor: Decompressor;
  readonly #budget = new SendBudget();
  readonly #helloTimer: NodeJS.Timeout;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #closeTimer: NodeJS.Timeout | undefined;
  #pauseTimer: NodeJS.Timeout | undefined;
  #heartbeatSentAt: number | undefined;
  #latencyMs: number | undefined;
  #lastAckAt: number | undefined;
  #pausedAt: number | undefined;
  /** What came with the last frame before a pause: as much as one read of the socket brings. */
  readonly #unread: Buffer[] = [];
  /** For how long nothing was read since the last heartbeat, in ms. */
  #unreadMs = 0;
  /** Whether anything was read since the last heartbeat. */
  #heard = false;
  /** Whether the heartbeat before the last was not acknowledged when the last was sent. */
  #overdue = false;
  #ended: ConnectionEnd | undefined;

  constructor({ url, compression, handlers }: ConnectionOptions) {
    this.#handlers = handlers;
    this.#decompressor = createDecompressor(compression, maxPayload);
    this.#socket = new WebSocket(gatewayAddress(url, compression), {
      perMessageDeflate: false,
      // What is no JSON is refused when it is read; of a text that is no UTF-8 each reader makes the same replacement.
      skipUTF8Validation: true,
      maxPayload,
      handshakeTimeout: limits.hello,
    });
    this.#socket.on('message', (data) => this.#receive(data));
    this.#socket.on('close', (code, reason) => this.#finish({ code, reason: reason.toString().slice(0, 200) }));
    // What matters follows as 'close'; the message may hold the address but no secret.
    this.#socket.on('error', (cause) => (this.#ended ??= { code: 1006, reason: cause.message }));
    this.#helloTimer = setTimeout(() => this.abandon('no hello in time'), limits.hello);
  }

  /** Round trip of the last acknowledged heartbeat, in ms. */
  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  /** When the last heartbeat was acknowledged, in ms since the epoch. */
  get lastAckAt(): number | undefined {
    return this.#lastAckAt;
  }

  send(op: GatewayOpcodes, d: unknown): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#budget.spend(performance.now());
    this.#socket.send(JSON.stringify({ op, d }));
  }

  /** In how many ms the send budget allows the next command; 0: now. */
  commandIn(): number {
    return this.#budget.commandIn(performance.now());
  }

  /** Writes the payload of a command; `done` is called once, with an error when the socket did not take it. */
  write(payload: string, done: (error?: Error | null) => void): void {
    this.#budget.spend(performance.now());
    this.#socket.send(payload, done);
  }

  /**
   * Stops reading the socket, and closes it when that has lasted `limitMs`. Heartbeats go on; their acknowledgements
   * are not expected meanwhile. Not one more frame is handed on: what came with the last one waits for {@link resume}.
   */
  pause(limitMs: number): void {
    if (this.#pausedAt !== undefined || this.#ended !== undefined) return;
    this.#pausedAt = performance.now();
    this.#socket.pause();
    this.#pauseTimer ??= setTimeout(() => this.#limitPause(limitMs), limitMs);
  }

  resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#unreadMs += performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    // Not before whoever resumes has come to its end: the frames may make it pause again.
    setImmediate(() => this.#catchUp());
  }

  /** Under load reading stops and goes on many times a second: the timer stays, and looks what has become of it. */
  #limitPause(limitMs: number): void {
    this.#pauseTimer = undefined;
    if (this.#pausedAt === undefined) return;
    const leftMs = this.#pausedAt + limitMs - performance.now();
    if (leftMs > 0) this.#pauseTimer = setTimeout(() => this.#limitPause(limitMs), leftMs);
    else this.close(`nothing was read for ${limitMs} ms`);
  }

  /** Closes so that the session can be resumed. `end` follows, whether Discord answers or not. */
  close(reason: string): void {
    this.#ended ??= { code: resumableCloseCode, reason };
    this.#closeTimer ??= setTimeout(() => this.#socket.terminate(), limits.close);
    // A paused socket would never read the other side's close frame.
    this.#socket.resume();
    this.#socket.close(resumableCloseCode);
  }

  /** Gives up a connection on which nothing can be expected any more. The session can be resumed. */
  abandon(reason: string): void {
    this.#ended ??= { code: 1006, reason };
    this.#socket.terminate();
  }

  #receive(data: RawData): void {
    if (this.#ended !== undefined || !Buffer.isBuffer(data)) return;
    // One read of the socket may bring many frames.
    if (this.#pausedAt !== undefined || this.#unread.length > 0) this.#unread.push(data);
    else this.#take(data);
  }

  /** Takes what came before the pause and was not handed on, and then reads the socket again. */
  #catchUp(): void {
    while (this.#pausedAt === undefined && this.#ended === undefined) {
      const data = this.#unread.shift();
      if (data === undefined) {
        this.#socket.resume();
        return;
      }
      this.#take(data);
    }
  }

  #take(data: Buffer): void {
    this.#heard = true;
    const frame = this.#read(data);
    if (frame === undefined) return;
    if (frame.op === GatewayOpcodes.Hello) this.#begin(frame.d);
    else if (frame.op === GatewayOpcodes.HeartbeatAck) this.#acknowledge();
    else if (frame.op === GatewayOpcodes.Heartbeat) this.#heartbeatOnRequest();
    else this.#handlers.frame(frame);
  }

  /** Undefined when there is none yet, or it cannot be read. */
  #read(data: Buffer): Frame | undefined {
    let payload: Buffer | undefined;
    try {
      payload = this.#decompressor.payload(data);
      return payload === undefined ? undefined : readFrame(payload);
    } catch (cause) {
      if (!(cause instanceof FrameError)) throw cause;
      // After bytes that cannot be decompressed nothing else can be.
      if (payload === undefined || !this.#handlers.unreadable(cause)) this.close(cause.message);
      return undefined;
    }
  }

  #begin(hello: unknown): void {
    const intervalMs = heartbeatInterval(hello);
    if (intervalMs === undefined || this.#heartbeatTimer !== undefined) {
      this.close('Discord sent a hello that cannot be understood');
      return;
    }
    clearTimeout(this.#helloTimer);
    this.#budget.reserveHeartbeats(intervalMs);
    // The first heartbeat comes after a random part of the interval, so that a fleet does not beat as one.
    this.#heartbeatTimer = setTimeout(() => this.#beat(intervalMs), intervalMs * Math.random());
    this.#handlers.hello();
  }

  #beat(intervalMs: number): void {
    const unanswered = this.#heartbeatSentAt !== undefined && this.#pausedAt === undefined;
    const mostlyRead = this.#unreadMs < intervalMs / 2;
    // Behind a long replay an acknowledgement may be late; but not by two intervals.
    if (unanswered && mostlyRead && (this.#overdue || !this.#heard)) {
      this.abandon('zombie: a heartbeat was not acknowledged before the next');
      return;
    }
    // It may also lie behind what was not read.
    this.#overdue = unanswered && this.#unreadMs === 0;
    this.#unreadMs = 0;
    this.#heard = false;
    this.#heartbeat();
    this.#heartbeatTimer = setTimeout(() => this.#beat(intervalMs), intervalMs);
  }

  #heartbeatOnRequest(): void {
    // Discord would disconnect us for what it has asked for itself.
    if (!this.#budget.exhausted(performance.now())) this.#heartbeat();
  }

  #heartbeat(): void {
    const isRead = this.#pausedAt === undefined;
    this.#heartbeatSentAt = isRead ? (this.#heartbeatSentAt ?? performance.now()) : undefined;
    this.send(GatewayOpcodes.Heartbeat, this.#handlers.sequence());
  }

  #acknowledge(): void {
    this.#lastAckAt = Date.now();
    if (this.#heartbeatSentAt === undefined) return;
    if (this.#unreadMs === 0) this.#latencyMs = performance.now() - this.#heartbeatSentAt;
    this.#heartbeatSentAt = undefined;
    this.#handlers.alive();
  }

  #finish(closed: ConnectionEnd): void {
    // Discord has closed: it may be the end of the session, and nobody would send again what came before.
    const unread = this.#ended === undefined ? this.#unread.splice(0) : [];
    for (const data of unread) if (this.#ended === undefined) this.#take(data);
    clearTimeout(this.#helloTimer);
    clearTimeout(this.#heartbeatTimer);
    clearTimeout(this.#closeTimer);
    clearTimeout(this.#pauseTimer);
    this.#decompressor.close();
    this.#ended ??= closed;
    this.#handlers.end(this.#ended);
  }
}

function gatewayAddress(url: string, compression: Compression): string {
  const address = new URL(url);
  // No WebSocket is opened to an address with a fragment.
  address.hash = '';
  address.searchParams.set('v', '10');
  address.searchParams.set('encoding', 'json');
  if (compression !== 'none') address.searchParams.set('compress', compression);
  return address.toString();
}

function heartbeatInterval(hello: unknown): number | undefined {
  if (typeof hello !== 'object' || hello === null || !('heartbeat_interval' in hello)) return undefined;
  const interval = hello.heartbeat_interval;
  return typeof interval === 'number' && interval > 0 && interval < 600_000 ? interval : undefined;
}
