import type { ChannelModel } from 'amqplib';
import type { Topology } from '@arrakis/protocol';
import { openConnection } from './connect.ts';
import { asError, BrokerError } from './errors.ts';
import { migrateQueue, type MigrationOptions, type MigrationOutcome } from './queue-migration.ts';
import { declareBinding, declareExchange, declareQueue, openChannel, replyCodeOf } from './topology.ts';
import { planTopology, type PlannedObject, type TopologyPlan } from './topology-plan.ts';

/** How long the broker may take to answer at all, in ms. */
const connectTimeoutMs = 10_000;

/**
 * A broker as its administrator sees it: one connection for one task. It is not restored when it is lost; what it was
 * doing fails then, and can be done again.
 */
export class Administration implements AsyncDisposable {
  readonly #model: ChannelModel;
  readonly #lost = Promise.withResolvers<never>();

  private constructor(model: ChannelModel) {
    this.#model = model;
    this.#lost.promise.catch(() => undefined);
    const lose = (cause?: Error) =>
      this.#lost.reject(
        new BrokerError('disconnected', `The connection was lost: ${cause?.message ?? 'it was closed'}.`, { cause }),
      );
    model.on('error', lose);
    model.on('close', lose);
  }

  /** @throws {BrokerError} `disconnected`, saying why and naming host and port; `settings`, when it refuses the user. */
  static async connect(url: string): Promise<Administration> {
    try {
      return new Administration(
        await openConnection({ url, purpose: `arrakis ${process.pid}`, timeoutMs: connectTimeoutMs }),
      );
    } catch (cause) {
      throw connectError(url, cause);
    }
  }

  /** Compares the broker with the topology; see {@link planTopology}. */
  plan(topology: Topology): Promise<TopologyPlan> {
    return this.#whileConnected(planTopology(this.#model, topology));
  }

  /**
   * Declares what is missing, and all bindings. Nothing that exists is changed or deleted. Returns how things stood before.
   * @throws {BrokerError} `topology`, when this user may not declare.
   */
  apply(topology: Topology): Promise<TopologyPlan> {
    return this.#whileConnected(this.#apply(topology));
  }

  /** Gives a queue other arguments, while events go on: see {@link migrateQueue}. */
  migrate(options: MigrationOptions): Promise<MigrationOutcome> {
    return this.#whileConnected(migrateQueue(this.#model, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.close().catch(() => undefined);
  }

  /** What waits for an answer when the connection is lost does not always hear of it. */
  #whileConnected<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#lost.promise]);
  }

  async #apply(topology: Topology): Promise<TopologyPlan> {
    const plan = await planTopology(this.#model, topology);
    const isMissing = (kind: PlannedObject['kind'], name: string) =>
      plan.objects.some((object) => object.kind === kind && object.name === name && object.state === 'missing');
    const channel = await openChannel(this.#model);
    for (const exchange of topology.exchanges) {
      if (isMissing('exchange', exchange.name)) await declareExchange(channel, exchange);
    }
    for (const queue of topology.queues) if (isMissing('queue', queue.name)) await declareQueue(channel, queue);
    for (const binding of topology.bindings) await declareBinding(channel, binding);
    await channel.close();
    return plan;
  }
}

function connectError(url: string, thrown: unknown): BrokerError {
  const cause = asError(thrown);
  const { hostname, port, protocol } = new URL(url);
  const standardPort = protocol === 'amqps:' ? '5671' : '5672';
  const where = `${hostname}:${port === '' ? standardPort : port}`;
  if (replyCodeOf(cause) === 403 || cause.message.includes('ACCESS_REFUSED')) {
    return new BrokerError('settings', `RabbitMQ at ${where} refuses this user or password.`, { cause });
  }
  // RabbitMQ answers so when the virtual host does not exist as well as when the user may not enter it.
  if (cause.message.includes('Expected ConnectionOpenOk')) {
    return new BrokerError('settings', `RabbitMQ at ${where} does not let this user into the virtual host.`, { cause });
  }
  // Several addresses of a name fail as one error without a text.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return new BrokerError('disconnected', `RabbitMQ at ${where} cannot be reached: ${asError(first).message}`, {
    cause,
  });
}
