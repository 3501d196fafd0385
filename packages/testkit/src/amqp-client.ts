import { connect, type Channel, type ChannelModel, type GetMessage, type Options } from 'amqplib';

/** A message as another client may send it, whatever Arrakis makes of it. */
export interface ForeignMessage {
  /** The queue that it is sent to. */
  readonly queue: string;
  readonly content: Buffer;
  readonly options?: Options.Publish;
}

/** Any other client of the broker, an operator's tool for example: it does what Arrakis itself never does. */
export class AmqpClient implements AsyncDisposable {
  readonly #model: ChannelModel;

  private constructor(model: ChannelModel) {
    this.#model = model;
  }

  static async connect(url: string): Promise<AmqpClient> {
    const model = await connect(url);
    // A broker that is killed is the test's own doing.
    model.on('error', () => undefined);
    return new AmqpClient(model);
  }

  /** Sends a message straight to a queue; resolves when the broker has it. */
  async send({ queue, content, options = {} }: ForeignMessage): Promise<void> {
    const channel = await this.#model.createConfirmChannel();
    channel.sendToQueue(queue, content, options);
    await channel.waitForConfirms();
    await channel.close();
  }

  async deleteQueue(name: string): Promise<void> {
    await this.#onChannel((channel) => channel.deleteQueue(name));
  }

  async deleteExchange(name: string): Promise<void> {
    await this.#onChannel((channel) => channel.deleteExchange(name));
  }

  /** Takes all messages of a queue and puts them back, as one does who looks at them. */
  async peek(queue: string): Promise<GetMessage[]> {
    return this.#onChannel(async (channel) => {
      const seen: GetMessage[] = [];
      for (;;) {
        const message = await channel.get(queue);
        if (message === false) break;
        seen.push(message);
      }
      for (const message of seen) channel.nack(message, false, true);
      return seen;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.close().catch(() => undefined);
  }

  async #onChannel<Result>(work: (channel: Channel) => Promise<Result>): Promise<Result> {
    const channel = await this.#model.createChannel();
    try {
      return await work(channel);
    } finally {
      await channel.close();
    }
  }
}
