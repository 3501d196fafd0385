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
  #fail: ((cause: Error) => void) | undefined;
  #blocked = false;
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
    this.#fail = fail;
    this.#blocked = false;
  }

  /** What is written while the broker does not read would only be confirmed, and so repeated, much later. */
  block(blocked: boolean): void {
    this.#blocked = blocked;
  }

  detach(cause: Error): void {
    this.#channel = undefined;
    this.#fail = undefined;
    const lost = new BrokerError('unconfirmed', `The connection was lost before a confirm: ${cause.message}`, {
      cause,
    });
    for (const pending of this.#pending.values()) pending.reject(lost);
  }

  /**
   * Resolves when the broker has taken responsibility for the message.
   * @throws {BrokerError} `disconnected`, `refused`, `unroutable` or `unconfirmed`, which may be tried again;
   *   `unencodable`, which never succeeds.
   */
  async publish(message: OutgoingMessage): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) throw new BrokerError('disconnected', 'There is no broker connection to publish on.');
    if (this.#blocked) throw new BrokerError('disconnected', 'The broker is blocked: it reads nothing for now.');
    const { messageId } = message.properties;
    if (this.#pending.has(messageId)) {
      throw new BrokerError('unconfirmed', `A message '${messageId}' is being published already.`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const pending: Pending = { returned: false, reject };
    const timer = setTimeout(() => this.#giveUp(reject), confirmTimeoutMs);
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
      throw publishError(cause);
    } finally {
      clearTimeout(timer);
      this.#pending.delete(messageId);
    }
  }

  /** A broker that is neither blocked nor answers is not there: on a new connection the message is sent once more. */
  #giveUp(reject: (cause: Error) => void): void {
    const cause = new BrokerError('unconfirmed', `No confirm within ${confirmTimeoutMs} ms.`);
    reject(cause);
    if (!this.#blocked) this.#fail?.(cause);
  }
}

function publishError(cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause;
  const { message } = asError(cause);
  const unencodable = cause instanceof TypeError || cause instanceof RangeError;
  return new BrokerError(unencodable ? 'unencodable' : 'disconnected', message, { cause });
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
