import { constants } from 'node:zlib';
import { Inflate, ZstdDecompress } from 'minizlib';
import { FrameError } from './frame.ts';

/** How Discord compresses what it sends on a connection (Discord docs, Gateway, "Transport Compression"). */
export type Compression = 'none' | 'zlib-stream' | 'zstd-stream';

/** Turns the WebSocket messages of one connection, in order, into payloads. Another connection needs another one. */
export interface Decompressor {
  /**
   * The payload that a message completes; undefined when more of it is to come.
   * @throws {FrameError} when the message is damaged or too large: nothing after it can be understood any more.
   */
  payload(message: Buffer): Buffer | undefined;
  close(): void;
}

/** `maxBytes`: the largest payload accepted, compressed or not. */
export function createDecompressor(compression: Compression, maxBytes: number): Decompressor {
  switch (compression) {
    case 'none':
      return uncompressed;
    case 'zlib-stream':
      return new SyncFlushed(createStream(Inflate, { maxBytes, flush: constants.Z_SYNC_FLUSH }), maxBytes);
    case 'zstd-stream':
      return createStream(ZstdDecompress, { maxBytes, flush: constants.ZSTD_e_flush });
    default:
      return compression satisfies never;
  }
}

const uncompressed: Decompressor = { payload: (message) => message, close: () => undefined };

/** What ends the messages of a payload: an empty block, which zlib writes when it is flushed. */
const syncFlushSuffix = 0x00_00_ff_ff;

function isFlushed(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(bytes.length - 4) === syncFlushSuffix;
}

/** zlib-stream: a payload may come in several messages, the last of which ends with the suffix. */
class SyncFlushed implements Decompressor {
  readonly #stream: Decompressor;
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(stream: Decompressor, maxBytes: number) {
    this.#stream = stream;
    this.#maxBytes = maxBytes;
  }

  payload(message: Buffer): Buffer | undefined {
    if (this.#parts.length === 0 && isFlushed(message)) return this.#stream.payload(message);
    this.#bytes += message.length;
    if (this.#bytes > this.#maxBytes) throw tooLarge(this.#maxBytes);
    this.#parts.push(message);
    // The suffix itself may come in pieces.
    const end = Buffer.concat(this.#parts.slice(-4));
    if (!isFlushed(end)) return undefined;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return this.#stream.payload(whole);
  }

  close(): void {
    this.#stream.close();
  }
}

/** Bytes that zlib writes at a time. Every shard keeps a buffer of this size; most payloads are smaller. */
const chunkSize = 4_096;

/**
 * The largest window a zstd stream may ask for, as a power of two: a shard's memory grows to it. What zstd takes for
 * streams by default is 2^21.
 */
const maxWindowLog = 24;

interface StreamOptions {
  readonly maxBytes: number;
  readonly flush: number;
}

/**
 * Decompresses synchronously and in one context. Node offers that only through threads, at several times the cost for
 * payloads as small as most are; `minizlib` drives Node's own codecs without them.
 */
function createStream(Codec: typeof Inflate | typeof ZstdDecompress, { maxBytes, flush }: StreamOptions): Decompressor {
  const params = Codec === ZstdDecompress ? { [constants.ZSTD_d_windowLogMax]: maxWindowLog } : undefined;
  const options = { flush, chunkSize, maxOutputLength: maxBytes, params };
  const codec = new Codec(options);
  let chunks: Buffer[] = [];
  let failure: unknown;
  codec.on('data', (chunk: Buffer) => chunks.push(chunk));
  codec.on('error', (cause: unknown) => (failure = cause));
  return {
    payload: (message) => {
      codec.write(message);
      if (failure !== undefined) throw damaged(failure);
      const [only] = chunks;
      const payload = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
      chunks = [];
      return payload;
    },
    close: () => codec.close(),
  };
}

function damaged(cause: unknown): FrameError {
  return new FrameError('A gateway message cannot be decompressed.', { cause });
}

function tooLarge(maxBytes: number): FrameError {
  return new FrameError(`A gateway payload has more than ${maxBytes} bytes.`);
}
