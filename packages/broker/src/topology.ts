import type { Channel, ChannelModel } from 'amqplib';
import type { BindingDefinition, ExchangeDefinition, QueueDefinition, Topology } from '@arrakis/protocol';
import { asError, BrokerError } from './errors.ts';
import { describeDifference, differenceIn } from './inequivalence.ts';

/** Where it is told what to do when a queue exists with other arguments. */
const migrationGuide = 'docs/operations.md#migrating-a-queue';

/**
 * Declares what is missing. Declaring what already exists in the same form changes nothing. A user who may not declare
 * goes on when everything exists; its arguments and bindings are then the business of whoever declared it.
 * @throws {BrokerError} of kind `topology`, naming what exists in another form, or is missing and may not be declared,
 *   and what to do.
 */
export async function declareTopology(model: ChannelModel, topology: Topology): Promise<void> {
  const declaration = new Declaration(model);
  try {
    for (const exchange of topology.exchanges) {
      await declaration.declare(
        `exchange '${exchange.name}'`,
        (channel) => declareExchange(channel, exchange),
        (channel) => channel.checkExchange(exchange.name),
      );
    }
    for (const queue of topology.queues) {
      await declaration.declare(
        `queue '${queue.name}'`,
        (channel) => declareQueue(channel, queue),
        (channel) => channel.checkQueue(queue.name),
      );
    }
    for (const binding of topology.bindings) {
      await declaration.bind((channel) => declareBinding(channel, binding));
    }
  } finally {
    await declaration.end();
  }
}

/**
 * Declares an exchange, if it is missing.
 * @throws {BrokerError} of kind `topology`, when it exists in another form; the channel is then closed.
 */
export async function declareExchange(channel: Channel, { name, type }: ExchangeDefinition): Promise<void> {
  await explain(`exchange '${name}'`, channel.assertExchange(name, type, { durable: true }));
}

/**
 * Declares a queue, if it is missing.
 * @throws {BrokerError} of kind `topology`, when it exists in another form, or may not be declared; the channel is then
 *   closed.
 */
export async function declareQueue(channel: Channel, { name, arguments: args }: QueueDefinition): Promise<void> {
  await explain(`queue '${name}'`, channel.assertQueue(name, { durable: true, arguments: args }));
}

/**
 * Binds a queue, if it is not bound so.
 * @throws {BrokerError} of kind `topology`, when this user may not; the channel is then closed.
 */
export async function declareBinding(channel: Channel, { exchange, queue, key }: BindingDefinition): Promise<void> {
  await explain(`binding of '${queue}' to '${exchange}'`, channel.bindQueue(queue, exchange, key));
}

/** The reply code of a refusal by RabbitMQ (AMQP 0-9-1 specification, "reply codes"). */
export function replyCodeOf(cause: unknown): number | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'number' ? cause.code : undefined;
}

/** Where messages stand while a queue is migrated. */
export function temporaryQueueOf(queue: string): string {
  return `${queue}.migration`;
}

/** Whether a queue exists, in whatever form. */
export async function queueExists(model: ChannelModel, queue: string): Promise<boolean> {
  const channel = await openChannel(model);
  try {
    await channel.checkQueue(queue);
  } catch (cause) {
    if (replyCodeOf(cause) !== 404) throw cause;
    return false;
  }
  await channel.close();
  return true;
}

/** A channel whose failed calls say themselves what is wrong; its error event says the same again. */
export async function openChannel(model: ChannelModel): Promise<Channel> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  return channel;
}

type Call = (channel: Channel) => Promise<unknown>;

/**
 * Declares one thing after the other, on a channel that is replaced after each refusal, which closes it. After the first
 * refusal for lack of permission it asks first whether a thing exists: each refusal is an error in RabbitMQ's log.
 */
class Declaration {
  readonly #model: ChannelModel;
  #channel: Channel | undefined;
  #mayDeclare = true;
  #mayBind = true;

  constructor(model: ChannelModel) {
    this.#model = model;
  }

  async declare(what: string, declare: Call, check: Call): Promise<void> {
    if (this.#mayDeclare) {
      try {
        return await this.#call(declare);
      } catch (cause) {
        if (!isForbidden(cause)) throw cause;
        this.#mayDeclare = false;
      }
    }
    try {
      await this.#call(check);
    } catch (cause) {
      if (replyCodeOf(cause) !== 404) throw cause;
      // The user may be allowed some names and not others.
      await this.#call(declare).catch((refusal: unknown) => {
        throw isForbidden(refusal) ? missing(what, refusal) : refusal;
      });
    }
  }

  /** Whether a binding exists cannot be asked: a user who may not bind relies on whoever declared the topology. */
  async bind(bind: Call): Promise<void> {
    if (!this.#mayBind) return;
    try {
      await this.#call(bind);
    } catch (cause) {
      if (!isForbidden(cause)) throw cause;
      this.#mayBind = false;
    }
  }

  async end(): Promise<void> {
    await this.#channel?.close();
  }

  async #call(call: Call): Promise<void> {
    this.#channel ??= await openChannel(this.#model);
    try {
      await call(this.#channel);
    } catch (cause) {
      // The broker has closed it; without a connection there is none to close either.
      this.#channel = undefined;
      throw cause;
    }
  }
}

function isForbidden(cause: unknown): boolean {
  return cause instanceof BrokerError && replyCodeOf(cause.cause) === 403;
}

function missing(what: string, cause: unknown): BrokerError {
  return new BrokerError(
    'topology',
    `The ${what} is missing, and this user may not declare it: run 'arrakis topology apply' as a user who may.`,
    { cause },
  );
}

async function explain(what: string, declared: Promise<unknown>): Promise<void> {
  try {
    await declared;
  } catch (cause) {
    const code = replyCodeOf(cause);
    if (code === 406) throw inOtherForm(what, asError(cause));
    if (code === 403) {
      const { message } = asError(cause);
      throw new BrokerError('topology', `This user may not declare the ${what}: ${message}`, { cause });
    }
    throw cause;
  }
}

function inOtherForm(what: string, cause: Error): BrokerError {
  const difference = differenceIn(cause.message);
  return new BrokerError(
    'topology',
    `The ${what} exists in another form: ${difference === undefined ? cause.message : describeDifference(difference)}. ` +
      `RabbitMQ cannot change it in place: see ${migrationGuide}.`,
    { cause },
  );
}
