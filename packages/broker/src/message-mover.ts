import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { asError, BrokerError } from './errors.ts';
import { withoutForeignHeaders, type movedProperties } from './failed-message.ts';
import { openChannel } from './topology.ts';

export interface MoveOptions {
  readonly from: string;
  /** The exchange that the messages go to, each with the routing key that it came with. */
  readonly exchange: string;
  /** The properties of a message's copy. */
  readonly propertiesOf: typeof movedProperties;
  readonly signal: AbortSignal;
  /** Called after each message that has been moved. */
  readonly onMoved: () => void;
}

/** How many messages are on their way at a time. */
const window = 500;
const pollMs = 100;
/** How long to wait before a message is sent again that a full queue has refused. */
const refusalPauseMs = 1_000;
/** How long the broker may leave everything unanswered, an alarm included, in ms. */
const silenceLimitMs = 120_000;

/**
 * Moves the messages of a queue until it has none. A message is acknowledged when the broker has confirmed its copy: at
 * any moment each stands in one of the queues, or in both with the same id.
 * @throws {BrokerError} `unroutable`, when the exchange leads to no queue; `unconfirmed`, when the broker stays silent;
 *   `disconnected`.
 */
export async function moveMessages(model: ChannelModel, options: MoveOptions): Promise<void> {
  const source = await openChannel(model);
  const target = await model.createConfirmChannel();
  const move = new Move(source, target, options);
  try {
    await move.run();
  } finally {
    // What is unacknowledged returns to its queue.
    await Promise.allSettled([source.close(), target.close()]);
  }
}

class Move {
  readonly #source: Channel;
  readonly #target: ConfirmChannel;
  readonly #options: MoveOptions;
  readonly #failed = Promise.withResolvers<never>();
  #hasFailed = false;
  #inFlight = 0;
  #lastMovedAt = performance.now();

  constructor(source: Channel, target: ConfirmChannel, options: MoveOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#failed.promise.catch(() => undefined);
    target.on('error', (cause) => this.#fail(asError(cause)));
    for (const channel of [source, target]) {
      channel.on('close', () => this.#fail(new BrokerError('disconnected', 'The broker closed a channel.')));
    }
    // Comes before the confirm of the same message, and so keeps it from being acknowledged.
    target.on('return', () =>
      this.#fail(new BrokerError('unroutable', `The exchange '${options.exchange}' leads to no queue.`)),
    );
  }

  async run(): Promise<void> {
    const { from } = this.#options;
    await this.#source.prefetch(window);
    const consumed = this.#source.consume(from, (message) => {
      if (message === null) this.#fail(new BrokerError('topology', `The queue '${from}' has been deleted.`));
      else this.#move(message).catch((cause: unknown) => this.#fail(asError(cause)));
    });
    const { consumerTag } = await Promise.race([consumed, this.#failed.promise]);
    do await this.#pause();
    while (this.#inFlight > 0 || (await this.#waiting()) > 0);
    await this.#source.cancel(consumerTag);
    // What came before the cancellation is on its way.
    while (this.#inFlight > 0) await this.#pause();
  }

  async #waiting(): Promise<number> {
    const asked = this.#source.checkQueue(this.#options.from);
    const { messageCount } = await Promise.race([asked, this.#failed.promise]);
    return messageCount;
  }

  async #pause(): Promise<void> {
    this.#options.signal.throwIfAborted();
    if (performance.now() - this.#lastMovedAt > silenceLimitMs) {
      throw new BrokerError('unconfirmed', `Nothing could be moved for ${silenceLimitMs / 1_000} s.`);
    }
    await Promise.race([delay(pollMs), this.#failed.promise]);
  }

  async #move(message: ConsumeMessage): Promise<void> {
    this.#inFlight += 1;
    while (!(await this.#publish(message))) {
      if (this.#hasFailed) return;
      await delay(refusalPauseMs);
    }
    // It was returned, or the source is lost: the message stays where it is.
    if (this.#hasFailed) return;
    this.#source.ack(message);
    this.#inFlight -= 1;
    this.#lastMovedAt = performance.now();
    this.#options.onMoved();
  }

  /** Resolves to whether the broker has taken the copy. */
  async #publish({ content, properties, fields }: ConsumeMessage): Promise<boolean> {
    const copy = this.#options.propertiesOf(properties);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const publish = (options: typeof copy) =>
      this.#target.publish(
        this.#options.exchange,
        fields.routingKey,
        content,
        { ...options, mandatory: true },
        // Null or undefined when it is confirmed.
        (refusal) => resolve(!refusal),
      );
    try {
      publish(copy);
    } catch (cause) {
      // What another client has sent may be more than can be sent on with it.
      if (!(cause instanceof RangeError || cause instanceof TypeError)) throw cause;
      publish(withoutForeignHeaders(copy));
    }
    return promise;
  }

  #fail(cause: Error): void {
    this.#hasFailed = true;
    this.#failed.reject(cause);
  }
}
