import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { namesIn, topologyIn } from '@arrakis/protocol';

const purgeEveryMs = 250;

const connectLimitMs = 10_000;

/** How long messages are waited for after the last one came, in ms. */
const patienceMs = 10_000;

/**
 * The work queues below a namespace. They are emptied by purging, again and again: it costs the broker next to
 * nothing, no queue grows, and the broker tells exactly how many messages there were.
 */
export class Queues implements AsyncDisposable {
  readonly #connection: ChannelModel;
  readonly #channel: Channel;
  readonly #names: readonly string[];
  readonly #guildEvents: string;
  readonly #stop = new AbortController();
  #counted = 0;
  #purging: Promise<void> = Promise.resolve();

  private constructor(
    connection: ChannelModel,
    channel: Channel,
    names: Record<'interactions' | 'guildEvents', string>,
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#names = [names.interactions, names.guildEvents];
    this.#guildEvents = names.guildEvents;
  }

  /** Declares the whole topology, so that every candidate finds the same. */
  static async open(url: string, namespace: string): Promise<Queues> {
    const connection = await connect(url, { timeout: connectLimitMs });
    const channel = await connection.createChannel();
    const { exchanges, queues, bindings } = topologyIn(namespace);
    for (const { name, type } of exchanges) await channel.assertExchange(name, type, { durable: true });
    for (const { name, arguments: args } of queues) await channel.assertQueue(name, { durable: true, arguments: args });
    for (const { queue, exchange, key } of bindings) await channel.bindQueue(queue, exchange, key);
    const { interactions, guildEvents } = namesIn(namespace);
    return new Queues(connection, channel, { interactions, guildEvents });
  }

  /** Begins to count and remove what arrives. */
  startPurging(): void {
    this.#purging = this.#purgeUntilStopped();
  }

  /** Messages counted so far. */
  get counted(): number {
    return this.#counted;
  }

  /**
   * Waits until `total` messages have been counted, or none has come for a long time; returns how many there are.
   */
  async until(total: number, signal: AbortSignal): Promise<number> {
    let last = this.#counted;
    let since = performance.now();
    while (this.#counted < total) {
      await this.#purge();
      if (this.#counted !== last) [last, since] = [this.#counted, performance.now()];
      if (performance.now() - since > patienceMs) break;
      await delay(20, undefined, { signal });
    }
    return this.#counted;
  }

  /** Messages that nobody has, in all of them. */
  async waiting(): Promise<number> {
    const replies = await Promise.all(this.#names.map((name) => this.#channel.checkQueue(name)));
    return replies.reduce((sum, { messageCount }) => sum + messageCount, 0);
  }

  /** Whether somebody consumes guild events. */
  async areConsumed(): Promise<boolean> {
    return (await this.#channel.checkQueue(this.#guildEvents)).consumerCount > 0;
  }

  /** Calls `read` with the body of every message that arrives, removing it; instead of purging. */
  async consume(read: (body: Buffer, messageId: unknown) => void): Promise<void> {
    for (const name of this.#names) {
      await this.#channel.consume(
        name,
        (message) => {
          if (message === null) return;
          this.#counted += 1;
          read(message.content, message.properties.messageId);
        },
        { noAck: true },
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#purging;
    await this.#connection.close();
  }

  async #purgeUntilStopped(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#purge();
      await delay(purgeEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #purge(): Promise<void> {
    for (const name of this.#names) {
      const { messageCount } = await this.#channel.purgeQueue(name);
      this.#counted += messageCount;
    }
  }
}

/** The version that a RabbitMQ tells of itself. */
export async function brokerVersion(url: string): Promise<string> {
  const model = await connect(url);
  const { version } = model.connection.serverProperties;
  await model.close();
  return version;
}
