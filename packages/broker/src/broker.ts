import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { namesIn, topologyIn, type Names, type Topology } from '@arrakis/protocol';
import type { BrokerListener } from './broker-event.ts';
import { Consumer, type ConsumeOptions } from './consumer.ts';
import type { ProcessIdentity } from './failed-message.ts';
import { asError, BrokerError } from './errors.ts';
import { Outbox, type OutboxLimits } from './outbox.ts';
import { Publisher } from './publisher.ts';
import { Subscriptions } from './subscriptions.ts';
import { SupervisedConnection, type Attachment, type Link } from './supervised-connection.ts';
import { declareTopology } from './topology.ts';

export interface BrokerOptions {
  /** `amqp://` or `amqps://`, with user, password and virtual host. */
  readonly url: string;
  /** First segment of every name, `arrakis` unless tests or tenants share the broker. */
  readonly namespace: string;
  /** Patterns of event types that are delivered beside the usual ones, as topic bindings have them; default none. */
  readonly events?: readonly string[];
  /** Modules that are served apart, each with queues of its own; default none. */
  readonly modules?: readonly string[];
  /** Shown in the broker's list of connections. */
  readonly connectionName: string;
  /** Who it is that fails, for dead letters; without it, the connection's name. */
  readonly identity?: ProcessIdentity;
  /** Told of everything that happens; for logs and metrics. */
  readonly onEvent?: BrokerListener;
}

/** How full a queue is. */
export interface QueueDepth {
  /** Messages waiting for a consumer. */
  readonly ready: number;
  readonly consumers: number;
}

/**
 * The broker: publishing, consuming and its state. Publishing and consuming have a connection each, since
 * RabbitMQ, when short of memory, stops reading from connections that publish, acknowledgements included
 * (RabbitMQ docs, "Memory and disk alarms"). Both are opened when first needed, declare the topology, and are
 * restored after every loss.
 */
export class Broker {
  readonly names: Names;
  readonly #onEvent: BrokerListener;
  readonly #publishing: SupervisedConnection;
  readonly #consuming: SupervisedConnection;
  readonly #topology: TopologyAttachment;
  readonly #used = new Set<SupervisedConnection>();
  readonly #publisher: Publisher;
  readonly #inspector = new QueueInspector();
  readonly #identity: ProcessIdentity;

  /** @throws {BrokerError} of kind `settings` when the URL is no AMQP URL. */
  constructor(options: BrokerOptions) {
    const { url, namespace, events = [], modules = [], connectionName, identity, onEvent = () => undefined } = options;
    if (!/^amqps?:$/.test(URL.parse(url)?.protocol ?? '')) {
      throw new BrokerError('settings', 'The broker URL must look like amqp://user:password@host:5672/vhost.');
    }
    this.names = namesIn(namespace);
    this.#onEvent = onEvent;
    this.#identity = identity ?? { name: connectionName, version: 'unversioned' };
    this.#topology = new TopologyAttachment(topologyIn(namespace, { events, modules }));
    const retryExchanges = this.names.retryTiers.map(({ name }) => name);
    this.#publisher = new Publisher(new Set([...retryExchanges, ...this.#topology.queueNames]));
    const connection = (purpose: string) =>
      new SupervisedConnection({ url, purpose: `${connectionName} ${purpose}`, onEvent });
    this.#publishing = connection('publishing');
    this.#consuming = connection('consuming');
  }

  /** Consumes `queue` from now on, through every reconnect, until the consumer is stopped. */
  consume(options: ConsumeOptions): Consumer {
    this.#use(this.#publishing, this.#publisher);
    const consumer = new Consumer(options, {
      publisher: this.#publisher,
      names: this.names,
      identity: this.#identity,
      onEvent: this.#onEvent,
    });
    this.#use(this.#consuming, consumer);
    return consumer;
  }

  /** Consumes queues that come and go: see {@link Subscriptions}. `prefetch` is that of each queue. */
  subscriptions(prefetch: number): Subscriptions {
    const subscriptions = new Subscriptions(prefetch, this.#onEvent);
    this.#use(this.#consuming, subscriptions);
    return subscriptions;
  }

  /** An outbox whose messages all arrive: see {@link Outbox}. */
  outbox(limits: OutboxLimits): Outbox {
    const outbox = new Outbox(this.names.events, limits, this.#onEvent);
    this.#use(this.#publishing, outbox);
    return outbox;
  }

  /** Publishes single messages and waits for each confirm: see {@link Publisher}. */
  get publisher(): Publisher {
    this.#use(this.#publishing, this.#publisher);
    return this.#publisher;
  }

  /** Why the broker cannot be used now; undefined when it can. */
  whyNotReady(): string | undefined {
    const reasons = [...this.#used]
      .map((connection) => connection.whyUnusable())
      .filter((reason) => reason !== undefined);
    return reasons.length === 0 ? undefined : reasons.join('; ');
  }

  /**
   * How full the queues of the topology are, by name.
   * @throws {BrokerError} of kind `disconnected` while there is no connection.
   */
  queueDepths(): Promise<Map<string, QueueDepth>> {
    // Not the publishing connection: during an alarm RabbitMQ does not read it, and that is when depths matter.
    this.#use(this.#consuming, this.#inspector);
    return this.#inspector.depths(this.#topology.queueNames);
  }

  /** Closes both connections. Consumers are to be stopped, and outboxes drained, before. */
  async close(): Promise<void> {
    await Promise.all([...this.#used].map((connection) => connection.close()));
  }

  #use(connection: SupervisedConnection, attachment: Attachment): void {
    if (!this.#used.has(connection)) {
      this.#used.add(connection);
      connection.add(this.#topology);
    }
    connection.add(attachment);
  }
}

/** Declares the topology before anything else is set up, on every new connection. */
class TopologyAttachment implements Attachment {
  readonly #topology: Topology;

  constructor(topology: Topology) {
    this.#topology = topology;
  }

  get queueNames(): readonly string[] {
    return this.#topology.queues.map((queue) => queue.name);
  }

  attach({ model }: Link): Promise<void> {
    return declareTopology(model, this.#topology);
  }

  detach(): void {
    // Nothing is held: the declaring channel is closed at once.
  }
}

/** Asks for queue depths, on a channel of its own each time, since asking for a missing queue closes it. */
class QueueInspector implements Attachment {
  #model: ChannelModel | undefined;
  #asking: Promise<Map<string, QueueDepth>> | undefined;

  async attach({ model }: Link): Promise<void> {
    this.#model = model;
  }

  detach(): void {
    this.#model = undefined;
  }

  /** Whoever asks while a question is open gets its answer. */
  depths(queues: readonly string[]): Promise<Map<string, QueueDepth>> {
    this.#asking ??= this.#ask(queues).finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(queues: readonly string[]): Promise<Map<string, QueueDepth>> {
    if (this.#model === undefined) throw new BrokerError('disconnected', 'There is no broker connection to ask.');
    const limit = new AbortController();
    const expired = delay(questionLimitMs, undefined, { signal: limit.signal }).then(() => {
      throw new Error(`no answer within ${questionLimitMs} ms`);
    });
    expired.catch(() => undefined);
    try {
      return await Promise.race([askDepths(this.#model, queues), expired]);
    } catch (cause) {
      throw new BrokerError('disconnected', `The queues could not be asked: ${asError(cause).message}`, { cause });
    } finally {
      limit.abort();
    }
  }
}

/** How long the broker may take to tell how full its queues are, in ms. */
const questionLimitMs = 2_000;

async function askDepths(model: ChannelModel, queues: readonly string[]): Promise<Map<string, QueueDepth>> {
  const channel = await model.createChannel();
  // The failed question itself says what is wrong.
  channel.on('error', () => undefined);
  const replies = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
  await channel.close();
  return new Map(
    replies.map(({ queue, messageCount, consumerCount }) => [queue, { ready: messageCount, consumers: consumerCount }]),
  );
}
