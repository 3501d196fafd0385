import type { ConfirmChannel } from 'amqplib';
import type { EventMessage } from '@arrakis/protocol';
import { z } from 'zod';
import { BrokerError } from './errors.ts';
import { PublishEncoder } from './publish-encoder.ts';

/** What is written before the end of the turn, in bytes. */
const gatherBytes = 64 * 1024;

/**
 * What amqplib keeps to itself and this needs: the channel's number, and the socket below the connection. The
 * version of amqplib is pinned; another one that differs here is refused when a channel is opened.
 */
const internals = z.object({
  ch: z.number().int().min(1),
  connection: z.object({
    frameMax: z.number().int().min(4_096),
    sendBytes: z.custom<(bytes: Buffer) => void>((value) => typeof value === 'function'),
    stream: z.custom<{ readonly writable: boolean }>((value) => typeof value === 'object' && value !== null),
  }),
});

/**
 * Publishes events on a confirm channel: all of one turn of the event loop with one write to the socket. amqplib writes
 * each message on its own, which costs more than everything else that is done for an event. (docs/decisions)
 */
export class PublishStream {
  readonly #encoder: PublishEncoder;
  readonly #write: (bytes: Buffer) => void;
  #immediate: NodeJS.Immediate | undefined;
  #closed = false;

  /** @throws {BrokerError} of kind `settings` when this version of amqplib cannot be used so. */
  constructor(channel: ConfirmChannel, exchange: string) {
    const found = internals.safeParse(channel);
    if (!found.success) {
      throw new BrokerError('settings', 'This version of amqplib is not the one Arrakis was written for.');
    }
    const { connection } = channel;
    const { ch, connection: parts } = found.data;
    this.#encoder = new PublishEncoder({ exchange, channel: ch, frameMax: parts.frameMax });
    this.#write = (bytes) => {
      // A socket that is at its end takes nothing more; the loss of the connection is on its way.
      if (parts.stream.writable) parts.sendBytes.call(connection, bytes);
    };
  }

  /** @throws {TypeError} when AMQP cannot carry the message. */
  publish(message: EventMessage): void {
    this.#encoder.append(message);
    if (this.#encoder.size >= gatherBytes) this.#flush();
    else this.#immediate ??= setImmediate(() => this.#flush());
  }

  /** Nothing is written any more. */
  close(): void {
    this.#closed = true;
    clearImmediate(this.#immediate);
  }

  #flush(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    if (this.#closed || this.#encoder.size === 0) return;
    this.#write(this.#encoder.take());
  }
}
