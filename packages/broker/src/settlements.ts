import type { Channel } from 'amqplib';
import { rawChannel } from './channel-internals.ts';

/** A frame of basic.ack or basic.nack. AMQP 0-9-1, 4.2.3 "General Frame Format" and 1.8.3.13 */
const frameBytes = 21;
const methods = { ack: 80, nack: 120 };
/** Bits behind the delivery tag; `requeue` is of nack alone. */
const flags = { none: 0, multiple: 1, requeue: 2 };

/**
 * Acknowledges the messages of one channel: all of one turn of the event loop with one write to the socket, and where
 * all earlier messages are settled too, with one frame for all of them. amqplib writes each acknowledgement on its own, and
 * for each the broker does the work of a whole commit to a quorum queue.
 */
export class Settlements {
  readonly #channel: number;
  readonly #write: (frames: Buffer) => void;
  /** Every message up to this delivery tag is settled. Tags count the messages of a channel, from 1. */
  #settledUpTo = 0;
  /** Those beyond it that are settled. */
  readonly #settledBeyond = new Set<number>();
  #acks: number[] = [];
  #requeues: number[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #closed = false;

  /** @throws {BrokerError} of kind `settings` when this version of amqplib cannot be used so. */
  constructor(channel: Channel) {
    const { number, write } = rawChannel(channel);
    this.#channel = number;
    this.#write = write;
  }

  /** The message is done with. */
  ack(deliveryTag: number): void {
    this.#acks.push(deliveryTag);
    this.#settle(deliveryTag);
  }

  /** Somebody else gets the message, at once. */
  requeue(deliveryTag: number): void {
    this.#requeues.push(deliveryTag);
    this.#settle(deliveryTag);
  }

  /** Writes what is settled without waiting for the end of the turn. */
  flush(): void {
    if (this.#closed) return;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    const requeues = this.#requeues;
    // One frame is for all up to here. It must name a message that the broker does not yet know to be settled.
    const upTo = this.#acks.reduce((last, tag) => (tag > last && tag <= this.#settledUpTo ? tag : last), 0);
    const acks = this.#acks.filter((tag) => tag > upTo);
    this.#acks = [];
    this.#requeues = [];
    const frames = Buffer.allocUnsafe((requeues.length + acks.length + (upTo > 0 ? 1 : 0)) * frameBytes);
    let offset = 0;
    // First of all: `multiple` takes whatever the broker does not know to be settled otherwise.
    for (const tag of requeues)
      offset = this.#append(frames, { offset, method: methods.nack, tag, bits: flags.requeue });
    if (upTo > 0) offset = this.#append(frames, { offset, method: methods.ack, tag: upTo, bits: flags.multiple });
    for (const tag of acks) offset = this.#append(frames, { offset, method: methods.ack, tag, bits: flags.none });
    if (frames.length > 0) this.#write(frames);
  }

  /** The channel is gone, and its messages with it: nothing is written any more. */
  close(): void {
    this.#closed = true;
    clearImmediate(this.#immediate);
  }

  #settle(deliveryTag: number): void {
    if (this.#closed) return;
    if (deliveryTag === this.#settledUpTo + 1) this.#settledUpTo = deliveryTag;
    else this.#settledBeyond.add(deliveryTag);
    while (this.#settledBeyond.delete(this.#settledUpTo + 1)) this.#settledUpTo += 1;
    this.#immediate ??= setImmediate(() => this.flush());
  }

  #append(frames: Buffer, frame: { offset: number; method: number; tag: number; bits: number }): number {
    const { method, tag, bits } = frame;
    let { offset } = frame;
    offset = frames.writeUInt8(1, offset);
    offset = frames.writeUInt16BE(this.#channel, offset);
    offset = frames.writeUInt32BE(13, offset);
    offset = frames.writeUInt16BE(60, offset);
    offset = frames.writeUInt16BE(method, offset);
    offset = frames.writeBigUInt64BE(BigInt(tag), offset);
    offset = frames.writeUInt8(bits, offset);
    return frames.writeUInt8(0xce, offset);
  }
}
