import type { ConfirmChannel } from 'amqplib';
import type { EventMessage } from '@arrakis/protocol';
import { rawChannel } from './channel-internals.ts';
import { PublishEncoder } from './publish-encoder.ts';

/** What is written before the end of the turn, in bytes. */
const gatherBytes = 64 * 1024;

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
    const { number, frameMax, write } = rawChannel(channel);
    this.#encoder = new PublishEncoder({ exchange, channel: number, frameMax });
    this.#write = write;
  }

  /** @throws {TypeError} when AMQP cannot carry the message. */
  publish(message: EventMessage): void {
    this.#encoder.append(message);
    // Kept when all is written before: who waits for the end of the turn is to stand behind it.
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.#flush();
    });
    if (this.#encoder.size >= gatherBytes) this.#flush();
  }

  /** Nothing is written any more. */
  close(): void {
    this.#closed = true;
    clearImmediate(this.#immediate);
  }

  #flush(): void {
    if (this.#closed || this.#encoder.size === 0) return;
    this.#write(this.#encoder.take());
  }
}
