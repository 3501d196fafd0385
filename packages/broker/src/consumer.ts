import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ConsumeMessage, MessageProperties } from 'amqplib';
import { retryTier, withoutToken, type Names } from '@arrakis/protocol';
import { Backoff } from './backoff.ts';
import type { BrokerListener } from './broker-event.ts';
import { asError, BrokerError, textOf } from './errors.ts';
import {
  attemptOf,
  deadLetterProperties,
  firstFailedAt,
  movedProperties,
  retryProperties,
  withoutForeignHeaders,
  type ProcessIdentity,
} from './failed-message.ts';
import { InFlight } from './in-flight.ts';
import type { OutgoingMessage, Publisher } from './publisher.ts';
import { RetrySpread } from './retry-spread.ts';
import { Settlements } from './settlements.ts';
import type { Attachment, Link } from './supervised-connection.ts';
import { reject, type Verdict, type VerdictPart } from './verdict.ts';

/** A message as a handler sees it: bytes and properties, whatever they mean. */
export interface Delivery {
  readonly queue: string;
  readonly body: Buffer;
  /** The AMQP properties, unchecked: they come from outside. */
  readonly properties: unknown;
  /** Whether the broker has delivered it before, to somebody who did not settle it. */
  readonly redelivered: boolean;
  /**
   * How often the broker has delivered it from this queue, this time included; undefined where it does not count
   * (classic queues). What counts is every delivery that was not settled, whoever is to blame.
   */
  readonly deliveries: number | undefined;
  /** 1 for the first time; every retry that counts adds one. */
  readonly attempt: number;
  /** When it failed for the first time, in ms since the epoch; undefined when it has not. */
  readonly firstFailedAt: number | undefined;
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

/** A message and those of its channel, among which alone it can be settled. */
interface Delivered {
  readonly settlements: Settlements;
  readonly message: ConsumeMessage;
  /** Aborted with the channel. */
  readonly signal: AbortSignal;
}

/** A copy for a retry tier, the dead letters or another queue. */
type Copy = OutgoingMessage & { readonly properties: ReturnType<typeof retryProperties> };

/** What a consumer needs of its broker. */
export interface ConsumerPorts {
  readonly publisher: Publisher;
  readonly names: Names;
  readonly identity: ProcessIdentity;
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
  readonly #spread: RetrySpread;
  #channel: Channel | undefined;
  /** Those of the channel. */
  #settlements: Settlements | undefined;
  /** Aborted with the channel. */
  #life = new AbortController();
  #consumerTag: string | undefined;

  constructor(options: ConsumeOptions, ports: ConsumerPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#spread = new RetrySpread(Math.floor(options.prefetch / 2));
  }

  async attach({ model, fail }: Link): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { queue, prefetch } = this.#options;
    const channel = await model.createChannel();
    channel.on('error', fail);
    channel.on('close', () => fail(new Error(`the broker closed the channel that consumes '${queue}'`)));
    await channel.prefetch(prefetch);
    const settlements = new Settlements(channel);
    this.#channel = channel;
    this.#settlements = settlements;
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) fail(new Error(`the broker cancelled the consumer of '${queue}': was the queue deleted?`));
      else this.#accept({ settlements, message, signal });
    });
    this.#consumerTag = consumerTag;
    if (this.#stopping.signal.aborted) await channel.cancel(consumerTag);
  }

  detach(): void {
    this.#life.abort();
    this.#settlements?.close();
    this.#settlements = undefined;
    this.#channel = undefined;
    this.#consumerTag = undefined;
  }

  /** Whether messages are being delivered now. */
  get consuming(): boolean {
    return this.#consumerTag !== undefined && !this.#stopping.signal.aborted;
  }

  /** How many messages it has been given that are not settled: at a handler, before it, or on their way to a retry tier. */
  get unsettled(): number {
    return this.#inFlight.size;
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
    const left = await this.#inFlight.ended(deadline);
    // Whoever stops consuming closes the connection next.
    this.#settlements?.flush();
    return left;
  }

  #accept(delivered: Delivered): void {
    if (this.#stopping.signal.aborted) {
      // Somebody else has it at once, and not only when the channel closes.
      delivered.settlements.requeue(delivered.message.fields.deliveryTag);
      return;
    }
    this.#inFlight.add(this.#execute(delivered));
  }

  async #execute(delivered: Delivered): Promise<void> {
    const { settlements, message } = delivered;
    const { deliveryTag } = message.fields;
    const verdict = await this.#decide(delivered);
    if (verdict.kind === 'return') return settlements.requeue(deliveryTag);
    if (verdict.kind !== 'done' && !(await this.#placeAll(delivered, partsOf(verdict)))) return;
    if (this.#settlements === settlements) settlements.ack(deliveryTag);
  }

  async #placeAll(delivered: Delivered, parts: readonly VerdictPart[]): Promise<boolean> {
    if (parts.some(({ verdict }) => verdict.kind === 'retry')) {
      await this.#spread.wait([this.#stopping.signal, delivered.signal]);
    }
    for (const part of parts) if (!(await this.#place(delivered, part))) return false;
    return true;
  }

  /** Publishes the copy that a verdict asks for; false when the message is no longer ours, or not to be settled any more. */
  async #place({ settlements, message }: Delivered, part: VerdictPart): Promise<boolean> {
    let copy: Copy | undefined;
    const backoff = new Backoff({ minMs: 100, maxMs: 5_000 });
    // A channel that is no longer current has given its messages back: they will be delivered again.
    while (this.#settlements === settlements) {
      try {
        // Made once: published again, the same copy is not written twice.
        copy ??= this.#copyFor(message, part);
        await this.#ports.publisher.publish(copy);
        return true;
      } catch (cause) {
        const messageId = textOf(() => message.properties.messageId);
        this.#ports.onEvent({ type: 'settle-failed', queue: this.#options.queue, messageId, cause: asError(cause) });
        // What came with a message may be more than can be sent on with it: then it goes without.
        if (cause instanceof BrokerError && cause.kind === 'unencodable' && copy !== undefined) {
          copy = { ...copy, properties: withoutForeignHeaders(copy.properties) };
        }
      }
      await delay(backoff.next(), undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return false;
    }
    return false;
  }

  async #decide({ message, signal }: Delivered): Promise<Verdict> {
    try {
      return await this.#options.handle({
        queue: this.#options.queue,
        body: message.content,
        properties: message.properties,
        redelivered: message.fields.redelivered,
        deliveries: deliveriesOf(message),
        attempt: attemptOf(message.properties),
        firstFailedAt: firstFailedAt(message.properties),
        signal,
      });
    } catch (cause) {
      return reject(cause);
    }
  }

  #copyFor(message: ConsumeMessage, { verdict, headers }: VerdictPart): Copy {
    const { content: body } = message;
    const properties: MessageProperties = {
      ...message.properties,
      headers: { ...message.properties.headers, ...headers },
    };
    const { names, identity } = this.#ports;
    const { queue } = this.#options;
    switch (verdict.kind) {
      case 'move':
        return { exchange: '', routingKey: verdict.queue, body, properties: movedProperties(properties) };
      case 'retry': {
        const { cause, counts, afterMs } = verdict;
        const attempt = attemptOf(properties);
        return {
          exchange: retryTier(names, attempt, afterMs).name,
          routingKey: queue,
          body,
          properties: retryProperties(properties, counts ? attempt + 1 : attempt, { cause, queue, identity }),
        };
      }
      case 'reject': {
        const { cause, expired } = verdict;
        return {
          exchange: '',
          routingKey: names.deadLetters,
          // Dead letters are kept, and shown to people.
          body: withoutToken(body),
          properties: deadLetterProperties(properties, expired, { cause, queue, identity }),
        };
      }
    }
  }
}

/** What goes on as a copy. */
function partsOf(verdict: Exclude<Verdict, { kind: 'done' | 'return' }>): readonly VerdictPart[] {
  return verdict.kind === 'split' ? verdict.parts : [{ verdict, headers: {} }];
}

/** RabbitMQ docs, Quorum Queues, "Poison Message Handling": the header counts the earlier deliveries. */
function deliveriesOf({ properties, fields }: ConsumeMessage): number | undefined {
  const earlier: unknown = properties.headers?.['x-delivery-count'];
  if (typeof earlier === 'number') return earlier + 1;
  return fields.redelivered ? undefined : 1;
}
