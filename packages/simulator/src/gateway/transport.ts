import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { createEncoder } from './compression.ts';
import type { Compression, FrameEncoder } from './compression.ts';

export interface TransportEvents {
  message(data: Buffer, isBinary: boolean): void;
  /** there is room again after `saturated` was true */
  drained(): void;
  /** once, whoever closed; `code` as the WebSocket protocol has it (1006: without a close frame) */
  closed(code: number): void;
}

export interface TransportOptions {
  readonly compression: Compression;
  readonly backlogBytes: number;
}

/** Frames waiting for the compressor above which the transport counts as saturated. */
const maximumEncoding = 128;
/** How long a client may take to answer a close frame before its socket is cut. */
const closeTimeoutMs = 2000;

/** One WebSocket, its compression and its backlog. */
export class Transport {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #events: TransportEvents;
  readonly #backlogBytes: number;
  #compression: Compression;
  #encoder: FrameEncoder;
  #closing: { code: number; reason: string } | undefined;
  #closeTimer: NodeJS.Timeout | undefined;

  /** @param socket the one under `webSocket`: its buffer is the backlog, and corking it saves system calls */
  constructor(webSocket: WebSocket, socket: Duplex, options: TransportOptions & { events: TransportEvents }) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#events = options.events;
    this.#backlogBytes = options.backlogBytes;
    this.#compression = options.compression;
    this.#encoder = this.#createEncoder();
    webSocket.on('message', (data: RawData, isBinary) => {
      if (Buffer.isBuffer(data)) this.#events.message(data, isBinary);
    });
    // A violation of the WebSocket protocol; `ws` closes by itself with the right code.
    webSocket.on('error', () => {});
    webSocket.on('close', (code) => this.#closed(code));
    socket.on('drain', () => this.#events.drained());
  }

  get compression(): Compression {
    return this.#compression;
  }

  /** Whether so much waits to be written that nothing more should be sent until `drained`. */
  get saturated(): boolean {
    return this.#socket.writableLength > this.#backlogBytes || this.#encoder.pending >= maximumEncoding;
  }

  /** From now on frames are compressed one by one, unless the whole stream is already. */
  compressPayloads(): void {
    if (this.#compression !== 'none') return;
    this.#compression = 'payload';
    this.#encoder = this.#createEncoder();
  }

  send(frame: string): void {
    if (this.#closing !== undefined) return;
    this.#encoder.encode(frame, (message) => this.#webSocket.send(message));
  }

  /** Sends bytes in a binary message as they are, past any compression. */
  sendBytes(bytes: Uint8Array): void {
    if (this.#closing === undefined) this.#webSocket.send(bytes);
  }

  /** Writes what `send` is given during `write` in one go. */
  together(write: () => void): void {
    this.#socket.cork();
    try {
      write();
    } finally {
      this.#socket.uncork();
    }
  }

  /** Closes after all that was sent before; cuts the socket when the client does not answer in time. */
  close(code: number, reason: string): void {
    if (this.#closing !== undefined) return;
    this.#closing = { code, reason };
    this.#closeTimer = setTimeout(() => this.cut(), closeTimeoutMs);
    if (this.#encoder.pending === 0) this.#close(this.#closing);
  }

  /** Ends the TCP connection without a word. */
  cut(): void {
    this.#closing ??= { code: 1006, reason: '' };
    this.#webSocket.terminate();
  }

  #createEncoder(): FrameEncoder {
    return createEncoder(this.#compression, {
      delivered: () => this.#delivered(),
      failed: () => this.cut(),
    });
  }

  #delivered(): void {
    const { pending } = this.#encoder;
    if (this.#closing !== undefined && pending === 0) this.#close(this.#closing);
    else if (pending === maximumEncoding / 2) this.#events.drained();
  }

  #close(closing: { code: number; reason: string }): void {
    this.#webSocket.close(closing.code, closing.reason);
  }

  #closed(code: number): void {
    this.#closing ??= { code, reason: '' };
    clearTimeout(this.#closeTimer);
    this.#encoder.close();
    this.#events.closed(code);
  }
}
