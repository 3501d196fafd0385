import type { ConfirmChannel, Options } from 'amqplib';
import { asError, BrokerError } from './errors.ts';
import type { Attachment, Link } from './supervised-connection.ts';

/** A message as it goes to an exchange. */
export interface OutgoingMessage {
  /** The empty string is the default exchange, which routes to the queue named by the routing key. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: Options.Publish & { readonly messageId: string };
}

/** How long the broker may take to confirm, in ms. */
const confirmTimeoutMs = 10_000;

interface Pending {
  returned: boolean;
  reject(cause: Error): void;
}

/**
 * Publishes single messages and waits for the broker's confirm. Every message is `mandatory`: one that no
 * queue takes is a failure, not a success (RabbitMQ returns it first and confirms it then).
 */
export class Publisher implements Attachment {
  #channel: ConfirmChannel | undefined;
  readonly #pending = new Map<string, Pending>();

  async attach({ model, fail }: Link): Promise<void> {
    const channel = await model.createConfirmChannel();
    channel.on('error', fail);
    channel.on('close', () => fail(new Error('the broker closed the publishing channel')));
    channel.on('return', (message) => {
      const pending = this.#pending.get(String(message.properties.messageId));
      if (pending !== undefined) pending.returned = true;
    });
    this.#channel = channel;
  }

  detach(cause: Error): void {
    this.#channel = undefined;
    const lost = new BrokerError('unconfirmed', `The connection was lost before a confirm: ${cause.message}`, {
      cause,
    });
    for (const pending of this.#pending.values()) pending.reject(lost);
  }

  /**
   * Resolves when the broker has taken responsibility for the message.
   * @throws {BrokerError} `disconnected`, `refused`, `unroutable` or `unconfirmed`; all may be tried again.
   */
  async publish(message: OutgoingMessage): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) throw new BrokerError('disconnected', 'There is no broker connection to publish on.');
    const { messageId } = message.properties;
    if (this.#pending.has(messageId)) {
      throw new BrokerError('unconfirmed', `A message '${messageId}' is being published already.`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const pending: Pending = { returned: false, reject };
    const timer = setTimeout(
      () => reject(new BrokerError('unconfirmed', `No confirm within ${confirmTimeoutMs} ms.`)),
      confirmTimeoutMs,
    );
    this.#pending.set(messageId, pending);
    try {
      channel.publish(
        message.exchange,
        message.routingKey,
        message.body,
        { ...message.properties, mandatory: true },
        (refusal) => {
          if (refusal) reject(refusedBy(refusal));
          else if (pending.returned) reject(unroutable(message));
          else resolve();
        },
      );
      await promise;
    } catch (cause) {
      throw cause instanceof BrokerError ? cause : new BrokerError('disconnected', asError(cause).message, { cause });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(messageId);
    }
  }
}

function refusedBy(cause: unknown): BrokerError {
  return new BrokerError('refused', 'The broker refused the message: its queue is full or unavailable.', { cause });
}

function unroutable({ exchange, routingKey }: OutgoingMessage): BrokerError {
  return new BrokerError(
    'unroutable',
    `No queue takes '${routingKey}' from exchange '${exchange}': declare the topology again, or look for a deleted queue.`,
  );
}
