import { once } from 'node:events';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { QueueDefinition } from '@arrakis/protocol';
import type { BrokerListener } from './broker-event.ts';
import type { Delivery } from './consumer.ts';
import { asError, textOf } from './errors.ts';
import { InFlight } from './in-flight.ts';
import type { Attachment, Link } from './supervised-connection.ts';
import { declareQueue } from './topology.ts';

/** What becomes of a message: it is done with, or goes back to its queue for somebody else. */
export type Settlement = 'done' | 'requeue';

export interface SubscribeOptions {
  /** Declared each time before it is consumed: it may have expired meanwhile. */
  readonly queue: QueueDefinition;
  /**
   * Decides what becomes of a message. Its signal is aborted when the message is no longer ours, or when the
   * subscription ends and it is to be given back. A throw is a bug; the message is gone then.
   */
  handle(message: SubscribedMessage): Promise<Settlement>;
}

/** A message as the handler of a subscription sees it. */
export type SubscribedMessage = Omit<Delivery, 'attempt' | 'deliveries' | 'firstFailedAt'>;

/**
 * Consumes queues that come and go, any number of them on one channel, each declared when it comes. There are no
 * retries and no dead letters: for messages that are worth nothing after a while.
 */
export class Subscriptions implements Attachment {
  readonly #prefetch: number;
  readonly #onEvent: BrokerListener;
  readonly #subscriptions = new Set<Subscription>();
  #live: LiveChannel | undefined;

  /** `prefetch`: how many messages of each queue may be unsettled at a time; with 1 they are handled in order. */
  constructor(prefetch: number, onEvent: BrokerListener) {
    this.#prefetch = prefetch;
    this.#onEvent = onEvent;
  }

  async attach({ model, fail }: Link): Promise<void> {
    const channel = await model.createChannel();
    // The call that made the broker close the channel fails as well, and says better what is wrong.
    channel.on('error', (cause) => setImmediate(fail, cause));
    channel.on('close', () => setImmediate(fail, new Error('the broker closed the channel of the subscriptions')));
    // Applies to each consumer that is added from now on (RabbitMQ docs, "Consumer Prefetch").
    await channel.prefetch(this.#prefetch);
    const live = { channel, fail, lost: new AbortController() };
    this.#live = live;
    // Not waited for: a thousand queues take longer than a connection may take until it is usable.
    for (const subscription of this.#subscriptions) subscription.attach(live);
  }

  detach(): void {
    this.#live?.lost.abort();
    this.#live = undefined;
    for (const subscription of this.#subscriptions) subscription.detach();
  }

  /** Consumes a queue from now on, through every reconnect, until the subscription is ended. */
  subscribe(options: SubscribeOptions): Subscription {
    const subscription = new Subscription(options, {
      onEvent: this.#onEvent,
      ended: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    if (this.#live !== undefined) subscription.attach(this.#live);
    return subscription;
  }
}

/** A channel and its end. */
interface LiveChannel {
  readonly channel: Channel;
  readonly fail: (cause: Error) => void;
  /** Aborted when the channel is gone. */
  readonly lost: AbortController;
}

interface SubscriptionPorts {
  readonly onEvent: BrokerListener;
  readonly ended: () => void;
}

/** One queue of {@link Subscriptions}. */
export class Subscription {
  readonly #options: SubscribeOptions;
  readonly #ports: SubscriptionPorts;
  readonly #inFlight = new InFlight();
  readonly #ending = new AbortController();
  #live: LiveChannel | undefined;
  #consumer: Promise<string | undefined> = Promise.resolve(undefined);
  #consuming = false;

  constructor(options: SubscribeOptions, ports: SubscriptionPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Whether the broker knows that messages are wanted. */
  get consuming(): boolean {
    return this.#consuming;
  }

  attach(live: LiveChannel): void {
    this.#live = live;
    this.#consumer = this.#consume(live).catch((cause: unknown) => {
      live.fail(asError(cause));
      return undefined;
    });
  }

  detach(): void {
    this.#live = undefined;
    this.#consuming = false;
  }

  /**
   * Takes no further message and gives back what is in flight; waits for that at most `timeoutMs`. What is left, since
   * its handler does not end, is delivered to somebody else when the connection closes. Returns how many are left.
   */
  async end(timeoutMs: number): Promise<number> {
    this.#ending.abort();
    this.#ports.ended();
    const deadline = AbortSignal.timeout(timeoutMs);
    await Promise.race([this.#cancel(), once(deadline, 'abort')]);
    this.#consuming = false;
    return this.#inFlight.ended(deadline);
  }

  async #consume(live: LiveChannel): Promise<string | undefined> {
    const { channel, fail } = live;
    const { queue } = this.#options;
    await declareQueue(channel, queue);
    if (this.#ending.signal.aborted) return undefined;
    const { consumerTag } = await channel.consume(queue.name, (message) => {
      if (message === null) fail(new Error(`the broker cancelled the consumer of '${queue.name}': was it deleted?`));
      else this.#inFlight.add(this.#execute(live, message));
    });
    this.#consuming = this.#live === live;
    return consumerTag;
  }

  async #cancel(): Promise<void> {
    const live = this.#live;
    const consumerTag = await this.#consumer;
    // A channel that fails has no consumers any more.
    if (consumerTag !== undefined) await live?.channel.cancel(consumerTag).catch(() => undefined);
  }

  async #execute({ channel, lost }: LiveChannel, message: ConsumeMessage): Promise<void> {
    const settlement = await this.#decide(message, AbortSignal.any([lost.signal, this.#ending.signal]));
    // A channel that is lost has given its messages back.
    if (lost.signal.aborted) return;
    try {
      if (settlement === 'done') channel.ack(message);
      else channel.nack(message, false, true);
    } catch (cause) {
      this.#tell(message, cause);
    }
  }

  async #decide(message: ConsumeMessage, signal: AbortSignal): Promise<Settlement> {
    if (signal.aborted) return 'requeue';
    try {
      return await this.#options.handle({
        queue: this.#options.queue.name,
        body: message.content,
        properties: message.properties,
        redelivered: message.fields.redelivered,
        signal,
      });
    } catch (cause) {
      this.#tell(message, cause);
      return 'done';
    }
  }

  #tell({ properties }: ConsumeMessage, cause: unknown): void {
    const messageId = textOf(() => properties.messageId);
    this.#ports.onEvent({
      type: 'settle-failed',
      queue: this.#options.queue.name,
      messageId,
      cause: asError(cause),
    });
  }
}
