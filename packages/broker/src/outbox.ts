import type { ConfirmChannel } from 'amqplib';
import type { EventMessage } from '@arrakis/protocol';
import { LinkedList, type Linked } from '@arrakis/service';
import { Backoff } from './backoff.ts';
import type { BrokerListener } from './broker-event.ts';
import { ConfirmWindow } from './confirm-window.ts';
import { BrokerError } from './errors.ts';
import { assertCarried } from './publish-encoder.ts';
import { PublishStream } from './publish-stream.ts';
import type { Attachment, Link } from './supervised-connection.ts';

/** How much may wait for the broker's confirm. */
export interface OutboxLimits {
  readonly maxMessages: number;
  /** Bodies only, in bytes. */
  readonly maxBytes: number;
  /**
   * How long the broker may leave the oldest message unanswered, in ms, before the connection is made anew; it is looked
   * at that often, so it may take twice as long. Default 60,000.
   */
  readonly answerLimitMs?: number;
}

const defaultAnswerLimitMs = 60_000;

interface Entry extends Linked<Entry> {
  readonly message: EventMessage;
  /** On whose behalf it is published; undefined when it is to be published in any case. */
  owner: object | undefined;
  confirmed(): void;
  /** The stream it was last written to; every reconnect brings another. */
  sentOn: PublishStream | undefined;
}

/**
 * Publishes a stream of events that must all arrive: each is kept until the broker confirms it, sent again after a
 * refusal, and all that is unconfirmed is sent again, in order, after a reconnect. A message may so arrive
 * twice, with the same id; it is never lost while the process lives.
 *
 * Every message is mandatory. Should no queue take one, because somebody has deleted a binding, the connection is
 * made anew, which declares the topology, and the message is sent again.
 *
 * The outbox is bounded: when `full` the producer stops producing, and goes on at the `room` callback.
 */
export class Outbox implements Attachment {
  readonly #exchange: string;
  readonly #limits: OutboxLimits;
  readonly #onEvent: BrokerListener;
  readonly #unconfirmed = new LinkedList<Entry>();
  readonly #backoff = new Backoff({ minMs: 50, maxMs: 2_000 });
  readonly #refused = new Set<Entry>();
  /** What no queue has taken: RabbitMQ returns it first and confirms it then. */
  readonly #returned = new Set<Entry>();
  readonly #roomListeners = new Set<() => void>();
  readonly #emptyListeners = new Set<() => void>();
  #bytes = 0;
  #wasFull = false;
  #blocked = false;
  #stream: PublishStream | undefined;
  #window = new ConfirmWindow<Entry>();
  #retryTimer: NodeJS.Timeout | undefined;
  #answerTimer: NodeJS.Timeout | undefined;
  /** The oldest message when that was last looked at; undefined when it has been answered since. */
  #oldest: Entry | undefined;

  constructor(exchange: string, limits: OutboxLimits, onEvent: BrokerListener) {
    this.#exchange = exchange;
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
   * Takes the message over on behalf of `owner`; `confirmed` is called when the broker has it.
   * @throws {TypeError} when no broker takes it: a routing key above 255 bytes for example, or a body above 16 MiB.
   */
  add(message: EventMessage, owner: object, confirmed: () => void): void {
    assertCarried(message);
    const entry: Entry = { message, owner, confirmed, sentOn: undefined, previous: undefined, next: undefined };
    this.#unconfirmed.add(entry);
    this.#bytes += message.body.length;
    if (this.full) this.#wasFull = true;
    // While a blocked broker does not read, bytes written would only pile up in the socket's buffer.
    if (this.#blocked) return;
    try {
      this.#send(entry);
    } catch (cause) {
      // It can never be encoded: kept, it would fail again after every reconnect.
      this.#forget(entry);
      this.#tellRoom();
      throw cause;
    }
  }

  /** What is unconfirmed of `owner` will be published whether it is discarded or not. */
  keep(owner: object): void {
    for (const entry of this.#unconfirmed) if (entry.owner === owner) entry.owner = undefined;
  }

  /**
   * Gives up what is unconfirmed of `owner`, since it is somebody else's now: nothing of it is sent (again), and
   * nobody is told. What is on its way to the broker may still arrive.
   */
  discard(owner: object): void {
    for (const entry of this.#unconfirmed) if (entry.owner === owner) this.#forget(entry);
    this.#tellRoom();
  }

  async attach({ model, fail }: Link): Promise<void> {
    const channel = await model.createConfirmChannel();
    const stream = new PublishStream(channel, this.#exchange);
    channel.on('error', fail);
    channel.on('close', () => {
      stream.close();
      fail(new Error('the broker closed the publishing channel'));
    });
    this.#stream = stream;
    this.#window = new ConfirmWindow();
    this.#blocked = false;
    this.#listen(channel, fail);
    this.#awaitAnswers(fail);
    this.#sendWaiting();
  }

  detach(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#refused.clear();
    this.#returned.clear();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    clearInterval(this.#answerTimer);
  }

  block(blocked: boolean): void {
    this.#blocked = blocked;
    this.#oldest = undefined;
    if (!blocked) this.#sendWaiting();
  }

  #listen(channel: ConfirmChannel, fail: (cause: Error) => void): void {
    const window = this.#window;
    channel.on('ack', ({ deliveryTag: tag, multiple }) =>
      window.answer({ tag, multiple }, (entry) => this.#settle(entry)),
    );
    channel.on('nack', ({ deliveryTag: tag, multiple }) =>
      window.answer({ tag, multiple }, (entry) => this.#sendLater(entry)),
    );
    channel.on('return', ({ fields: { routingKey }, properties: { messageId } }) => {
      const entry = window.find(({ message }) => message.properties.messageId === messageId);
      if (entry !== undefined) this.#returned.add(entry);
      fail(new BrokerError('unroutable', `No queue takes '${routingKey}': declaring the topology again.`));
    });
  }

  /** One message whose answer never comes would hold up the cursor of its shard for ever. */
  #awaitAnswers(fail: (cause: Error) => void): void {
    const { answerLimitMs = defaultAnswerLimitMs } = this.#limits;
    this.#oldest = undefined;
    clearInterval(this.#answerTimer);
    this.#answerTimer = setInterval(() => {
      const oldest = this.#unconfirmed.first;
      // A blocked broker has said that it does not answer.
      if (oldest === undefined || this.#blocked) return;
      if (oldest !== this.#oldest) this.#oldest = oldest;
      else fail(new BrokerError('unconfirmed', `No answer to a message within ${answerLimitMs} ms: sending again.`));
    }, answerLimitMs);
  }

  /** Sends, in order, what has not been sent on this channel: after a reconnect all, after a block what came since. */
  #sendWaiting(): void {
    for (const entry of this.#unconfirmed) if (entry.sentOn !== this.#stream) this.#send(entry);
  }

  #send(entry: Entry): void {
    if (this.#stream === undefined) return;
    this.#stream.publish(entry.message);
    entry.sentOn = this.#stream;
    this.#window.push(entry);
  }

  #settle(entry: Entry): void {
    if (this.#returned.has(entry) || !this.#forget(entry)) return;
    this.#backoff.reset();
    entry.confirmed();
    this.#tellRoom();
  }

  /** False when the entry has been forgotten before: it may have been sent on two channels. */
  #forget(entry: Entry): boolean {
    if (!this.#unconfirmed.delete(entry)) return false;
    if (this.#oldest === entry) this.#oldest = undefined;
    this.#bytes -= entry.message.body.length;
    return true;
  }

  #tellRoom(): void {
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
    if (this.#oldest === entry) this.#oldest = undefined;
    if (this.#retryTimer !== undefined) return;
    const retryInMs = this.#backoff.next();
    this.#onEvent({ type: 'publish-refused', routingKey: entry.message.routingKey, retryInMs });
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      const refused = [...this.#refused];
      this.#refused.clear();
      for (const again of refused) if (this.#unconfirmed.has(again)) this.#send(again);
    }, retryInMs);
  }
}
