import type { Channel, ChannelModel } from 'amqplib';
import type { QueueDefinition, Topology } from '@arrakis/protocol';
import { asError, BrokerError } from './errors.ts';

/**
 * Declares what is missing. Declaring what already exists in the same form changes nothing.
 * @throws {BrokerError} of kind `topology`, naming what exists in another form and what to do.
 */
export async function declareTopology(model: ChannelModel, topology: Topology): Promise<void> {
  const channel = await model.createChannel();
  // The failed call itself says what is wrong; the channel's error event says the same again.
  channel.on('error', () => undefined);
  for (const { name, type } of topology.exchanges) {
    await explain(`exchange '${name}'`, channel.assertExchange(name, type, { durable: true }));
  }
  for (const queue of topology.queues) await declareQueue(channel, queue);
  for (const { exchange, queue, key } of topology.bindings) {
    await explain(`binding of '${queue}' to '${exchange}'`, channel.bindQueue(queue, exchange, key));
  }
  await channel.close();
}

/**
 * Declares a queue, if it is missing.
 * @throws {BrokerError} of kind `topology`, when it exists in another form; the channel is then closed.
 */
export async function declareQueue(channel: Channel, { name, arguments: args }: QueueDefinition): Promise<void> {
  await explain(`queue '${name}'`, channel.assertQueue(name, { durable: true, arguments: args }));
}

async function explain(what: string, declared: Promise<unknown>): Promise<void> {
  try {
    await declared;
  } catch (thrown) {
    const cause = asError(thrown);
    const code = 'code' in cause ? cause.code : undefined;
    if (code === 406) {
      throw new BrokerError(
        'topology',
        `The ${what} already exists with other arguments. RabbitMQ cannot change them in place: drain and delete it, ` +
          `or use another namespace. The broker said: ${cause.message}`,
        { cause },
      );
    }
    if (code === 403) {
      throw new BrokerError('topology', `This user may not declare the ${what}: ${cause.message}`, {
        cause,
      });
    }
    throw cause;
  }
}
