import type { EventHeaders, EventMessage } from '@arrakis/protocol';

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
const propertyFlags = {
  contentType: 0x8000,
  headers: 0x2000,
  deliveryMode: 0x1000,
  priority: 0x0800,
  messageId: 0x0080,
  timestamp: 0x0040,
  type: 0x0020,
  appId: 0x0008,
};
const eventProperties = Object.values(propertyFlags).reduce((flags, flag) => flags | flag);

/** The longest name, in bytes (AMQP 0-9-1 specification, 4.2.5.3 "Strings"). */
const maxNameBytes = 255;

/** Types of a table's values: 64 bits signed, and a long string (RabbitMQ docs, "AMQP 0-9-1 Errata", 3). */
const integerValue = 0x6c;
const textValue = 0x53;

/** The headers of an event, each as its name and the type of its value stand in a table. */
const headerNames = {
  version: headerName('x-arrakis-v', integerValue),
  shard: headerName('x-arrakis-shard', integerValue),
  sequence: headerName('x-arrakis-seq', integerValue),
  received: headerName('x-arrakis-received', integerValue),
  traceparent: headerName('traceparent', textValue),
  guild: headerName('x-arrakis-guild', textValue),
  user: headerName('x-arrakis-user', textValue),
};

/** How many names are remembered as they are written; there are some hundred types of events, and commands. */
const maxRememberedNames = 2_000;

/** What a message has at most without its body and the texts that are its own, in bytes; half of it is spare. */
const fixedBytes = 1_024;

/** The size to begin with, in bytes. A piece above it is handed over as it is; a smaller one is copied, and its space used again. */
const keptBytes = 64 * 1024;

/** The largest body, in bytes: what RabbitMQ 4 takes unless it is set otherwise (RabbitMQ docs, `max_message_size`). */
const maxBodyBytes = 16 * 1024 * 1024;

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
  readonly #channel: number;
  readonly #frameMax: number;
  readonly #exchange: Buffer;
  /** Names that come again and again, as they are written. */
  readonly #names = new Map<string, Buffer>();
  #bytes = Buffer.allocUnsafeSlow(keptBytes);
  #offset = 0;

  constructor({ exchange, channel, frameMax }: PublishEncoderOptions) {
    this.#channel = channel;
    this.#frameMax = frameMax;
    this.#exchange = shortText(exchange);
  }

  /** What has been written and not taken, in bytes. */
  get size(): number {
    return this.#offset;
  }

  /** @throws {TypeError} when AMQP cannot carry it: a routing key above 255 bytes, for example. */
  append(message: EventMessage): void {
    const start = this.#offset;
    try {
      this.#reserve(mostBytes(message, this.#frameMax));
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
    this.#copy(this.#exchange);
    this.#copy(this.#name(routingKey));
    this.#uint8(mandatory);
    this.#close(start);
  }

  #header({ body, properties }: EventMessage): void {
    const start = this.#open(headerFrame);
    this.#uint16(basicClass);
    this.#uint16(0);
    this.#uint64(body.length);
    this.#uint16(eventProperties);
    this.#copy(this.#name(properties.contentType));
    this.#headers(properties.headers);
    this.#uint8(properties.deliveryMode);
    this.#uint8(properties.priority);
    this.#shortText(properties.messageId);
    this.#uint64(properties.timestamp);
    this.#copy(this.#name(properties.type));
    this.#copy(this.#name(properties.appId));
    this.#close(start);
    if (this.#offset - start > this.#frameMax) throw new TypeError('The headers do not fit into one frame.');
  }

  #headers(headers: EventHeaders): void {
    const start = this.#offset;
    this.#offset += 4;
    this.#integer(headerNames.version, headers['x-arrakis-v']);
    this.#integer(headerNames.shard, headers['x-arrakis-shard']);
    this.#integer(headerNames.sequence, headers['x-arrakis-seq']);
    this.#integer(headerNames.received, headers['x-arrakis-received']);
    this.#longText(headerNames.traceparent, headers.traceparent);
    this.#longText(headerNames.guild, headers['x-arrakis-guild']);
    this.#longText(headerNames.user, headers['x-arrakis-user']);
    this.#uint32At(start, this.#offset - start - 4);
  }

  #body(body: Buffer): void {
    const largest = this.#frameMax - frameOverhead;
    for (let from = 0; from < body.length; from += largest) {
      const to = Math.min(from + largest, body.length);
      const start = this.#open(bodyFrame);
      body.copy(this.#bytes, this.#offset, from, to);
      this.#offset += to - from;
      this.#close(start);
    }
  }

  #open(frameType: number): number {
    const start = this.#offset;
    this.#uint8(frameType);
    this.#uint16(this.#channel);
    this.#offset += 4;
    return start;
  }

  #close(start: number): void {
    this.#uint32At(start + 3, this.#offset - start - 7);
    this.#uint8(frameEnd);
  }

  /** @throws {TypeError} when it is too long. */
  #name(text: string): Buffer {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size >= maxRememberedNames) this.#names.clear();
    const bytes = shortText(text);
    this.#names.set(text, bytes);
    return bytes;
  }

  #shortText(text: string): void {
    const start = this.#offset;
    const length = this.#bytes.write(text, start + 1);
    if (length > maxNameBytes) throw longName(length);
    this.#bytes[start] = length;
    this.#offset = start + 1 + length;
  }

  /** A header whose value is a text; none when there is no value. */
  #longText(name: Buffer, text: string | undefined): void {
    if (text === undefined) return;
    this.#copy(name);
    const start = this.#offset;
    const length = this.#bytes.write(text, start + 4);
    this.#uint32At(start, length);
    this.#offset = start + 4 + length;
  }

  /** A header whose value is a whole number. */
  #integer(name: Buffer, value: number): void {
    if (!Number.isSafeInteger(value)) throw new TypeError(`A header cannot carry the number ${value}.`);
    this.#copy(name);
    this.#uint64(value);
  }

  /** A short piece: less work here than a call of Node's own. */
  #copy(piece: Buffer): void {
    const bytes = this.#bytes;
    const start = this.#offset;
    const { length } = piece;
    for (let index = 0; index < length; index += 1) bytes[start + index] = piece[index] ?? 0;
    this.#offset = start + length;
  }

  #uint8(value: number): void {
    this.#bytes[this.#offset] = value;
    this.#offset += 1;
  }

  #uint16(value: number): void {
    this.#bytes[this.#offset] = value >>> 8;
    this.#bytes[this.#offset + 1] = value;
    this.#offset += 2;
  }

  #uint64(value: number): void {
    // Two's complement, as AMQP wants its signed integers.
    this.#uint32At(this.#offset, Math.floor(value / 2 ** 32));
    this.#uint32At(this.#offset + 4, value % 2 ** 32);
    this.#offset += 8;
  }

  #uint32At(at: number, value: number): void {
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  #reserve(bytes: number): void {
    const needed = this.#offset + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#offset);
    this.#bytes = larger;
  }
}

/** How many bytes a message needs at most: a character has three. */
function mostBytes({ routingKey, body, properties }: EventMessage, frameMax: number): number {
  const { messageId, type, appId, headers } = properties;
  const { traceparent, 'x-arrakis-guild': guild = '', 'x-arrakis-user': user = '' } = headers;
  const names = routingKey.length + messageId.length + type.length + appId.length;
  const characters = names + traceparent.length + guild.length + user.length;
  const bodyFrames = Math.ceil(body.length / (frameMax - frameOverhead));
  return fixedBytes + characters * 3 + body.length + bodyFrames * frameOverhead;
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

/**
 * A text with its length before it.
 * @throws {TypeError} when it is too long.
 */
function shortText(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > maxNameBytes) throw longName(length);
  return Buffer.concat([Buffer.of(length), Buffer.from(text)]);
}

function headerName(name: string, valueType: number): Buffer {
  return Buffer.concat([shortText(name), Buffer.of(valueType)]);
}
