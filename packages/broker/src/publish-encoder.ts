import type { EventMessage } from '@arrakis/protocol';

/** Frame types, end mark and ids (AMQP 0-9-1 specification, 2.3.5 "Frame Details" and 1.8 "The Basic class"). */
const methodFrame = 1;
const headerFrame = 2;
const bodyFrame = 3;
const frameEnd = 0xce;
/** Type, channel and size before a frame's payload, the end mark behind it, in bytes. */
const frameOverhead = 8;
const basicClass = 60;
const publishMethod = 40;
const mandatory = 1;

/** Which properties follow, highest bit first: the eight that every event has. */
const contentType = 0x8000;
const headers = 0x2000;
const deliveryMode = 0x1000;
const priority = 0x0800;
const messageId = 0x0080;
const timestamp = 0x0040;
const type = 0x0020;
const appId = 0x0008;
const eventProperties = contentType | headers | deliveryMode | priority | messageId | timestamp | type | appId;

/** From this length on, Node's own writing of a text is faster than ours. */
const longText = 24;

/** In bytes. A piece above it is handed over as it is; a smaller one is copied, and its space used again. */
const keptBytes = 64 * 1024;

/** The largest body, in bytes: what RabbitMQ 4 takes unless it is set otherwise (RabbitMQ docs, `max_message_size`). */
const maxBodyBytes = 16 * 1024 * 1024;

/** The longest name, in bytes (AMQP 0-9-1 specification, 4.2.5.3 "Strings"). */
const maxNameBytes = 255;

export interface PublishEncoderOptions {
  readonly exchange: string;
  readonly channel: number;
  /** The largest frame the broker accepts, in bytes, as negotiated. */
  readonly frameMax: number;
}

/**
 * Writes events as `basic.publish` (mandatory), many into one piece: a socket write and a handful of small buffers
 * per message are what publishing otherwise costs most.
 */
export class PublishEncoder {
  readonly #options: PublishEncoderOptions;
  #bytes = Buffer.allocUnsafeSlow(keptBytes);
  #offset = 0;

  constructor(options: PublishEncoderOptions) {
    this.#options = options;
  }

  /** What has been written and not taken, in bytes. */
  get size(): number {
    return this.#offset;
  }

  /** @throws {TypeError} when AMQP cannot carry it: a routing key above 255 bytes, for example. */
  append(message: EventMessage): void {
    const start = this.#offset;
    try {
      this.#method(message.routingKey);
      this.#header(message);
      this.#body(message.body);
    } catch (cause) {
      this.#offset = start;
      throw cause;
    }
  }

  /** All that has been written, for the socket. */
  take(): Buffer {
    const written = this.#bytes.subarray(0, this.#offset);
    this.#offset = 0;
    if (written.length <= keptBytes) return Buffer.from(written);
    this.#bytes = Buffer.allocUnsafeSlow(keptBytes);
    return written;
  }

  #method(routingKey: string): void {
    const start = this.#open(methodFrame);
    this.#uint16(basicClass);
    this.#uint16(publishMethod);
    this.#uint16(0);
    this.#shortText(this.#options.exchange);
    this.#shortText(routingKey);
    this.#uint8(mandatory);
    this.#close(start);
  }

  #header({ body, properties }: EventMessage): void {
    const start = this.#open(headerFrame);
    this.#uint16(basicClass);
    this.#uint16(0);
    this.#uint64(body.length);
    this.#uint16(eventProperties);
    this.#shortText(properties.contentType);
    this.#table(properties.headers);
    this.#uint8(properties.deliveryMode);
    this.#uint8(properties.priority);
    this.#shortText(properties.messageId);
    this.#uint64(properties.timestamp);
    this.#shortText(properties.type);
    this.#shortText(properties.appId);
    this.#close(start);
    if (this.#offset - start > this.#options.frameMax) throw new TypeError('The headers do not fit into one frame.');
  }

  #body(body: Buffer): void {
    const largest = this.#options.frameMax - frameOverhead;
    for (let from = 0; from < body.length; from += largest) {
      const to = Math.min(from + largest, body.length);
      const start = this.#open(bodyFrame);
      this.#reserve(to - from);
      body.copy(this.#bytes, this.#offset, from, to);
      this.#offset += to - from;
      this.#close(start);
    }
  }

  #table(entries: EventMessage['properties']['headers']): void {
    this.#reserve(4);
    const start = this.#offset;
    this.#offset += 4;
    for (const name in entries) {
      const value = entries[name];
      if (value === undefined) continue;
      this.#shortText(name);
      if (typeof value === 'string') this.#longText(value);
      else this.#integer(value);
    }
    this.#bytes.writeUInt32BE(this.#offset - start - 4, start);
  }

  #open(frameType: number): number {
    this.#reserve(frameOverhead);
    const start = this.#offset;
    this.#bytes[start] = frameType;
    this.#bytes.writeUInt16BE(this.#options.channel, start + 1);
    this.#offset += 7;
    return start;
  }

  #close(start: number): void {
    this.#bytes.writeUInt32BE(this.#offset - start - 7, start + 3);
    this.#uint8(frameEnd);
  }

  #shortText(text: string): void {
    this.#reserve(1 + 3 * text.length);
    const start = this.#offset;
    this.#offset += 1;
    const length = this.#text(text);
    if (length > maxNameBytes) throw longName(length);
    this.#bytes[start] = length;
  }

  /** A field of a table: long string. */
  #longText(text: string): void {
    this.#reserve(5 + 3 * text.length);
    const start = this.#offset;
    this.#bytes[start] = 0x53;
    this.#offset += 5;
    this.#bytes.writeUInt32BE(this.#text(text), start + 1);
  }

  /** A field of a table: 64 bits, signed. */
  #integer(value: number): void {
    if (!Number.isSafeInteger(value)) throw new TypeError(`A header cannot carry the number ${value}.`);
    this.#uint8(0x6c);
    this.#uint64(value);
  }

  /** Writes into what has been reserved; returns the bytes written. Most of these texts are short and ASCII. */
  #text(text: string): number {
    const start = this.#offset;
    const written =
      text.length < longText && isWritten(text, this.#bytes, start) ? text.length : this.#bytes.write(text, start);
    this.#offset = start + written;
    return written;
  }

  #uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#offset] = value;
    this.#offset += 1;
  }

  #uint16(value: number): void {
    this.#reserve(2);
    this.#offset = this.#bytes.writeUInt16BE(value, this.#offset);
  }

  #uint64(value: number): void {
    this.#reserve(8);
    // Two's complement, as AMQP wants its signed integers.
    this.#bytes.writeInt32BE(Math.floor(value / 2 ** 32), this.#offset);
    this.#bytes.writeUInt32BE(((value % 2 ** 32) + 2 ** 32) % 2 ** 32, this.#offset + 4);
    this.#offset += 8;
  }

  #reserve(bytes: number): void {
    const needed = this.#offset + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#offset);
    this.#bytes = larger;
  }
}

/**
 * Whether there is a connection or not: what no broker takes would be sent in vain after every reconnect, and with it all
 * that waits behind it.
 * @throws {TypeError} when the body is too large, or a name too long.
 */
export function assertCarried({ body, routingKey, properties }: EventMessage): void {
  if (body.length > maxBodyBytes) {
    throw new TypeError(`RabbitMQ takes no body of ${body.length} bytes: ${maxBodyBytes} is the most.`);
  }
  assertName(routingKey);
  assertName(properties.messageId);
  assertName(properties.type);
  assertName(properties.appId);
}

function assertName(name: string): void {
  // A character has three bytes at most.
  if (name.length * 3 <= maxNameBytes) return;
  const bytes = Buffer.byteLength(name);
  if (bytes > maxNameBytes) throw longName(bytes);
}

function longName(bytes: number): TypeError {
  return new TypeError(`AMQP cannot carry a name of ${bytes} bytes: ${maxNameBytes} is the most.`);
}

/** Writes a text that is ASCII; false when it is not. */
function isWritten(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return false;
    bytes[start + index] = code;
  }
  return true;
}
