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

/** A message that has been written and not yet been answered. */
interface Pending {
  readonly message: OutgoingMessage;
  readonly answered: PromiseWithResolvers<void>;
  returned: boolean;
}

/**
 * Publishes single messages and waits for the broker's confirm. Every message is `mandatory`: one that no
 * queue takes is a failure, not a success (RabbitMQ returns it first and confirms it then).
 */
export class Publisher implements Attachment {
  readonly #alwaysRouted: ReadonlySet<string>;
  #channel: ConfirmChannel | undefined;
  #blocked = false;
  readonly #pending = new Map<string, Pending>();

  /**
   * `alwaysRouted`: exchanges and queues that take every message while the topology stands. Should one of them not, because
   * somebody has deleted a queue, the connection is made anew, which declares the topology.
   */
  constructor(alwaysRouted: ReadonlySet<string>) {
    this.#alwaysRouted = alwaysRouted;
  }

  async attach({ model, fail }: Link): Promise<void> {
    const channel = await model.createConfirmChannel();
    channel.on('error', fail);
    channel.on('close', () => fail(new Error('the broker closed the publishing channel')));
    channel.on('return', ({ fields: { exchange, routingKey }, properties: { messageId } }) => {
      const pending = this.#pending.get(String(messageId));
      if (pending !== undefined) pending.returned = true;
      if (this.#alwaysRouted.has(exchange === '' ? routingKey : exchange)) {
        fail(new BrokerError('unroutable', `No queue takes '${routingKey}': declaring the topology again.`));
      }
    });
    this.#channel = channel;
    this.#blocked = false;
  }

  /** What is written while the broker does not read would only pile up in the socket. */
  block(blocked: boolean): void {
    this.#blocked = blocked;
  }

  detach(cause: Error): void {
    this.#channel = undefined;
    const lost = new BrokerError('unconfirmed', `The connection was lost before a confirm: ${cause.message}`, {
      cause,
    });
    for (const { answered } of this.#pending.values()) answered.reject(lost);
    this.#pending.clear();
  }

  /**
   * Resolves when the broker has taken responsibility for the message. The same object published again while its
   * confirm is still to come is not written a second time: the call waits for that confirm.
   * @throws {BrokerError} `disconnected`, `refused`, `unroutable` or `unconfirmed`, which may be tried again;
   *   `unencodable`, which never succeeds.
   */
  async publish(message: OutgoingMessage): Promise<void> {
    const { messageId } = message.properties;
    const earlier = this.#pending.get(messageId);
    if (earlier !== undefined && earlier.message !== message) {
      throw new BrokerError('unconfirmed', `Another message '${messageId}' is being published.`);
    }
    const { answered } = earlier ?? this.#write(message);
    const expired = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => expired.reject(new BrokerError('unconfirmed', `No confirm within ${confirmTimeoutMs} ms.`)),
      confirmTimeoutMs,
    );
    try {
      await Promise.race([answered.promise, expired.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #write(message: OutgoingMessage): Pending {
    const channel = this.#channel;
    if (channel === undefined) throw new BrokerError('disconnected', 'There is no broker connection to publish on.');
    if (this.#blocked) throw new BrokerError('disconnected', 'The broker is blocked: it reads nothing for now.');
    const { exchange, routingKey, body, properties } = message;
    const pending: Pending = { message, answered: Promise.withResolvers<void>(), returned: false };
    // Whoever waited may have given up before the answer comes.
    pending.answered.promise.catch(() => undefined);
    try {
      channel.publish(exchange, routingKey, body, { ...properties, mandatory: true }, (refusal) => {
        if (this.#pending.get(properties.messageId) === pending) this.#pending.delete(properties.messageId);
        if (refusal) pending.answered.reject(refusedBy(refusal));
        else if (pending.returned) pending.answered.reject(unroutable(message));
        else pending.answered.resolve();
      });
    } catch (cause) {
      throw publishError(cause);
    }
    this.#pending.set(properties.messageId, pending);
    return pending;
  }
}

function publishError(cause: unknown): BrokerError {
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
