import type { ConfirmChannel } from 'amqplib';
import { Backoff } from './backoff.ts';
import type { BrokerListener } from './broker-event.ts';
import type { OutgoingMessage } from './publisher.ts';
import type { Attachment, Link } from './supervised-connection.ts';

/** How much may wait for the broker's confirm. */
export interface OutboxLimits {
  readonly maxMessages: number;
  /** Bodies only, in bytes. */
  readonly maxBytes: number;
}

interface Entry {
  readonly message: OutgoingMessage;
  /** The channel it was last written to; every reconnect brings another. */
  sentOn: ConfirmChannel | undefined;
  confirmed(): void;
}

/**
 * Publishes a stream of messages that must all arrive: each is kept until the broker confirms it, sent again
 * after a refusal, and all that is unconfirmed is sent again, in order, after a reconnect. A message may so
 * arrive twice, with the same id; it is never lost while the process lives.
 *
 * The outbox is bounded: when `full` the producer stops producing, and goes on at the `room` callback.
 */
export class Outbox implements Attachment {
  readonly #limits: OutboxLimits;
  readonly #onEvent: BrokerListener;
  readonly #unconfirmed = new Set<Entry>();
  readonly #backoff = new Backoff({ minMs: 50, maxMs: 2_000 });
  readonly #refused = new Set<Entry>();
  readonly #roomListeners = new Set<() => void>();
  readonly #emptyListeners = new Set<() => void>();
  #bytes = 0;
  #wasFull = false;
  #blocked = false;
  #channel: ConfirmChannel | undefined;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(limits: OutboxLimits, onEvent: BrokerListener) {
    this.#limits = limits;
    this.#onEvent = onEvent;
  }

  /** Messages that the broker has not confirmed. */
  get size(): number {
    return this.#unconfirmed.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when no more should be added until `onRoom` is called. What is added all the same is kept too. */
  get full(): boolean {
    return this.#unconfirmed.size >= this.#limits.maxMessages || this.#bytes >= this.#limits.maxBytes;
  }

  /** Calls `listener` each time a full outbox has become half empty. Returns the way to stop that. */
  onRoom(listener: () => void): () => void {
    this.#roomListeners.add(listener);
    return () => this.#roomListeners.delete(listener);
  }

  /** Resolves when everything is confirmed, or with `signal`'s reason as rejection. */
  async drained(signal: AbortSignal): Promise<void> {
    if (this.#unconfirmed.size === 0) return;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#emptyListeners.add(resolve);
    try {
      await promise;
    } finally {
      this.#emptyListeners.delete(resolve);
      signal.removeEventListener('abort', abort);
    }
  }

  /**
   * Takes the message over; `confirmed` is called when the broker has it.
   * @throws {TypeError} when AMQP cannot encode it, a routing key above 255 bytes for example.
   */
  add(message: OutgoingMessage, confirmed: () => void): void {
    const entry: Entry = { message, sentOn: undefined, confirmed };
    this.#unconfirmed.add(entry);
    this.#bytes += message.body.length;
    if (this.full) this.#wasFull = true;
    // While a blocked broker does not read, bytes written would only pile up in the socket's buffer.
    if (this.#blocked) return;
    try {
      this.#send(entry);
    } catch (cause) {
      // It can never be encoded: kept, it would fail again after every reconnect.
      this.#unconfirmed.delete(entry);
      this.#bytes -= message.body.length;
      throw cause;
    }
  }

  async attach({ model, fail }: Link): Promise<void> {
    const channel = await model.createConfirmChannel();
    channel.on('error', fail);
    channel.on('close', () => fail(new Error('the broker closed the publishing channel')));
    this.#channel = channel;
    this.#blocked = false;
    this.#sendWaiting();
  }

  detach(): void {
    this.#channel = undefined;
    this.#refused.clear();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
  }

  block(blocked: boolean): void {
    this.#blocked = blocked;
    if (!blocked) this.#sendWaiting();
  }

  /** Sends, in order, what has not been sent on this channel: after a reconnect all, after a block what came since. */
  #sendWaiting(): void {
    for (const entry of this.#unconfirmed) if (entry.sentOn !== this.#channel) this.#send(entry);
  }

  #send(entry: Entry): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    entry.sentOn = channel;
    const { exchange, routingKey, body, properties } = entry.message;
    channel.publish(exchange, routingKey, body, properties, (refusal) => {
      if (!refusal) this.#settle(entry);
      // A channel that is lost reports its messages as refused, just before it is detached: look again after that.
      else setImmediate(() => this.#channel === channel && this.#sendLater(entry));
    });
  }

  #settle(entry: Entry): void {
    // A message that was sent on two channels may be confirmed on both.
    if (!this.#unconfirmed.delete(entry)) return;
    this.#bytes -= entry.message.body.length;
    this.#backoff.reset();
    entry.confirmed();
    if (this.#wasFull && this.#halfEmpty()) {
      this.#wasFull = false;
      for (const listener of this.#roomListeners) listener();
    }
    if (this.#unconfirmed.size === 0) for (const listener of this.#emptyListeners) listener();
  }

  #halfEmpty(): boolean {
    return this.#unconfirmed.size <= this.#limits.maxMessages / 2 && this.#bytes <= this.#limits.maxBytes / 2;
  }

  /** A refusal means that a queue is full: one timer for all refused messages, so that it is not asked in a loop. */
  #sendLater(entry: Entry): void {
    this.#refused.add(entry);
    if (this.#retryTimer !== undefined) return;
    const retryInMs = this.#backoff.next();
    this.#onEvent({ type: 'publish-refused', routingKey: entry.message.routingKey, retryInMs });
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      const refused = [...this.#refused];
      this.#refused.clear();
      for (const again of refused) this.#send(again);
    }, retryInMs);
  }
}
