import { constants, createDeflate, createZstdCompress, deflateSync } from 'node:zlib';
import type { Deflate, ZstdCompress } from 'node:zlib';

/** How the frames of a connection are compressed (docs: Gateway, Encoding and Compression). */
export type Compression = 'none' | 'payload' | 'zlib-stream' | 'zstd-stream';

/** Turns frames into WebSocket messages, in order. */
export interface FrameEncoder {
  /** frames taken but not yet delivered */
  readonly pending: number;
  encode(frame: string, deliver: (message: string | Buffer) => void): void;
  close(): void;
}

export interface EncoderEvents {
  /** a frame that had to wait for its compression has been delivered */
  delivered(): void;
  /** the compressor failed; nothing more will be delivered */
  failed(error: Error): void;
}

export function createEncoder(compression: Compression, events: EncoderEvents): FrameEncoder {
  switch (compression) {
    case 'none':
      return plainEncoder;
    case 'payload':
      return payloadEncoder;
    case 'zlib-stream':
      return new StreamEncoder(createDeflate({ flush: constants.Z_SYNC_FLUSH }), events);
    case 'zstd-stream':
      return new StreamEncoder(createZstdCompress(zstdOptions), events);
    default:
      return compression satisfies never;
  }
}

// Level 1 with a small window: a tenth of the memory of zstd's defaults, which counts with a thousand connections.
const zstdOptions = {
  flush: constants.ZSTD_e_flush,
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 17 },
};

const plainEncoder: FrameEncoder = {
  pending: 0,
  encode: (frame, deliver) => deliver(frame),
  close: () => {},
};

/** Frames shorter than this are sent as they are: "not all payloads will be compressed". */
const payloadCompressionThreshold = 512;

const payloadEncoder: FrameEncoder = {
  pending: 0,
  encode: (frame, deliver) => deliver(frame.length < payloadCompressionThreshold ? frame : deflateSync(frame)),
  close: () => {},
};

/** One compression context for the whole connection, flushed after each frame. */
class StreamEncoder implements FrameEncoder {
  readonly #stream: Deflate | ZstdCompress;
  readonly #events: EncoderEvents;
  #chunks: Buffer[] = [];
  #pending = 0;

  constructor(stream: Deflate | ZstdCompress, events: EncoderEvents) {
    this.#stream = stream;
    this.#events = events;
    stream.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    stream.on('error', (error) => events.failed(error));
  }

  get pending(): number {
    return this.#pending;
  }

  encode(frame: string, deliver: (message: Buffer) => void): void {
    this.#pending += 1;
    this.#stream.write(frame, (error) => {
      this.#pending -= 1;
      if (error) return;
      const message = Buffer.concat(this.#chunks);
      this.#chunks = [];
      deliver(message);
      this.#events.delivered();
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}
