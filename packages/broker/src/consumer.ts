import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ConsumeMessage, MessageProperties } from 'amqplib';
import type { Names } from '@arrakis/protocol';
import { Backoff } from './backoff.ts';
import type { BrokerListener } from './broker-event.ts';
import { asError, BrokerError, textOf } from './errors.ts';
import { attemptOf, deadLetterProperties, retryProperties, withoutForeignHeaders } from './failed-message.ts';
import { InFlight } from './in-flight.ts';
import type { OutgoingMessage, Publisher } from './publisher.ts';
import type { Attachment, Link } from './supervised-connection.ts';
import { reject, type Verdict } from './verdict.ts';

/** A message as a handler sees it: bytes and properties, whatever they mean. */
export interface Delivery {
  readonly queue: string;
  readonly body: Buffer;
  /** The AMQP properties, unchecked: they come from outside. */
  readonly properties: unknown;
  /** Whether the broker has delivered it before, to somebody who did not settle it. */
  readonly redelivered: boolean;
  /** 1 for the first time; every retry that counts adds one. */
  readonly attempt: number;
  /** Aborted when the message is no longer ours: its channel is lost, and the broker delivers it again. */
  readonly signal: AbortSignal;
}

export interface ConsumeOptions {
  readonly queue: string;
  /** How many messages may be unsettled at a time. */
  readonly prefetch: number;
  /** Decides what becomes of the message. A throw is a bug and counts as `reject`. */
  handle(delivery: Delivery): Promise<Verdict>;
}

/** A message and the channel on which alone it can be settled. */
interface Delivered {
  readonly channel: Channel;
  readonly message: ConsumeMessage;
  /** Aborted with the channel. */
  readonly signal: AbortSignal;
}

/** A copy for a retry tier or the dead letters. */
type FailedCopy = OutgoingMessage & { readonly properties: ReturnType<typeof retryProperties> };

/** What a consumer needs of its broker. */
export interface ConsumerPorts {
  readonly publisher: Publisher;
  readonly names: Names;
  readonly onEvent: BrokerListener;
}

/**
 * Consumes one queue and settles every message by the verdict of its handler. Copies (to a retry tier, to the
 * dead letters) are confirmed before the original is acknowledged; a copy that cannot be placed leaves the
 * original unacknowledged and is tried again.
 */
export class Consumer implements Attachment {
  readonly #options: ConsumeOptions;
  readonly #ports: ConsumerPorts;
  readonly #inFlight = new InFlight();
  readonly #stopping = new AbortController();
  #channel: Channel | undefined;
  /** Aborted with the channel. */
  #life = new AbortController();
  #consumerTag: string | undefined;

  constructor(options: ConsumeOptions, ports: ConsumerPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  async attach({ model, fail }: Link): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { queue, prefetch } = this.#options;
    const channel = await model.createChannel();
    channel.on('error', fail);
    channel.on('close', () => fail(new Error(`the broker closed the channel that consumes '${queue}'`)));
    await channel.prefetch(prefetch);
    this.#channel = channel;
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) fail(new Error(`the broker cancelled the consumer of '${queue}': was the queue deleted?`));
      else this.#accept({ channel, message, signal });
    });
    this.#consumerTag = consumerTag;
    if (this.#stopping.signal.aborted) await channel.cancel(consumerTag);
  }

  detach(): void {
    this.#life.abort();
    this.#channel = undefined;
    this.#consumerTag = undefined;
  }

  /** Whether messages are being delivered now. */
  get consuming(): boolean {
    return this.#consumerTag !== undefined && !this.#stopping.signal.aborted;
  }

  /**
   * Takes no further message and waits until those in flight are settled, at most `timeoutMs`.
   * Returns how many were left; the broker delivers them again, to somebody else, when the connection closes.
   */
  async stop(timeoutMs: number): Promise<number> {
    this.#stopping.abort();
    const deadline = AbortSignal.timeout(timeoutMs);
    if (this.#channel !== undefined && this.#consumerTag !== undefined) {
      const cancelled = this.#channel.cancel(this.#consumerTag).catch(() => undefined);
      await Promise.race([cancelled, once(deadline, 'abort')]);
    }
    return this.#inFlight.ended(deadline);
  }

  #accept(delivered: Delivered): void {
    if (this.#stopping.signal.aborted) {
      // Somebody else has it at once, and not only when the channel closes.
      delivered.channel.nack(delivered.message, false, true);
      return;
    }
    this.#inFlight.add(this.#execute(delivered));
  }

  async #execute(delivered: Delivered): Promise<void> {
    const { channel, message } = delivered;
    const verdict = await this.#decide(delivered);
    let copy: FailedCopy | undefined;
    const backoff = new Backoff({ minMs: 100, maxMs: 5_000 });
    // A channel that is no longer current has given its messages back: they will be delivered again.
    while (this.#channel === channel) {
      try {
        // Made once: published again, the same copy is not written twice.
        copy ??= this.#copyFor(message, verdict);
        if (copy !== undefined) await this.#ports.publisher.publish(copy);
        if (this.#channel === channel) channel.ack(message);
        return;
      } catch (cause) {
        const messageId = textOf(() => message.properties.messageId);
        this.#ports.onEvent({ type: 'settle-failed', queue: this.#options.queue, messageId, cause: asError(cause) });
        // What came with a message may be more than can be sent on with it: then it goes without.
        if (cause instanceof BrokerError && cause.kind === 'unencodable' && copy !== undefined) {
          copy = { ...copy, properties: withoutForeignHeaders(copy.properties) };
        }
      }
      await delay(backoff.next(), undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
    }
  }

  async #decide({ message, signal }: Delivered): Promise<Verdict> {
    try {
      return await this.#options.handle({
        queue: this.#options.queue,
        body: message.content,
        properties: message.properties,
        redelivered: message.fields.redelivered,
        attempt: attemptOf(message.properties),
        signal,
      });
    } catch (cause) {
      return reject(cause);
    }
  }

  #copyFor(message: ConsumeMessage, verdict: Verdict): FailedCopy | undefined {
    const { content: body } = message;
    const properties: MessageProperties = message.properties;
    switch (verdict.kind) {
      case 'done':
        return undefined;
      case 'retry': {
        const attempt = attemptOf(properties);
        return {
          exchange: this.#tierFor(attempt, verdict.afterMs),
          routingKey: this.#options.queue,
          body,
          properties: retryProperties(properties, verdict.counts ? attempt + 1 : attempt, verdict.cause),
        };
      }
      case 'reject':
        return {
          exchange: '',
          routingKey: this.#ports.names.deadLetters,
          body,
          properties: deadLetterProperties(properties, this.#options.queue, verdict.cause),
        };
    }
  }

  /** The shortest tier that waits at least `afterMs`; without it, one tier further at every attempt. */
  #tierFor(attempt: number, afterMs: number | undefined): string {
    const { retryTiers } = this.#ports.names;
    const longest = retryTiers.length - 1;
    const found = afterMs === undefined ? attempt - 1 : retryTiers.findIndex((tier) => tier.delayMs >= afterMs);
    const tier = retryTiers[found < 0 ? longest : Math.min(found, longest)];
    if (tier === undefined) throw new Error('the topology has no retry tier');
    return tier.name;
  }
}
