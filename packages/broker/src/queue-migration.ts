import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, ChannelModel } from 'amqplib';
import type { BindingDefinition, QueueDefinition, Topology } from '@arrakis/protocol';
import { asError, BrokerError } from './errors.ts';
import { movedDeadLetterProperties, movedProperties } from './failed-message.ts';
import { differenceIn } from './inequivalence.ts';
import { moveMessages } from './message-mover.ts';
import { declareQueue, openChannel, queueExists, replyCodeOf, temporaryQueueOf } from './topology.ts';
import { inspectQueue, type ObjectState } from './topology-plan.ts';

/** What a migration tells of its progress. */
export type MigrationStep =
  /** Events go to the temporary queue from here on. */
  | { readonly step: 'diverted'; readonly to: string }
  /** `moved`: messages so far, of this direction. */
  | { readonly step: 'moving'; readonly from: string; readonly to: string; readonly moved: number }
  /** Somebody reads a queue who must not. */
  | { readonly step: 'waiting'; readonly queue: string; readonly consumers: number }
  /** The queue is empty; it must stay so for `settleMs`. */
  | { readonly step: 'settling'; readonly queue: string }
  /** The queue exists as it should, and events go to it again. */
  | { readonly step: 'replaced'; readonly queue: string };

export interface MigrationOptions {
  /** The topology as it should be. */
  readonly topology: Topology;
  /** The queue of it that exists in another form. */
  readonly queue: string;
  /**
   * How long a queue must have been empty and unread before it is deleted, in ms. On a classic queue RabbitMQ does not
   * tell of messages in the hands of a consumer that has been cancelled: it must be longer than a stopping worker lives.
   */
  readonly settleMs: number;
  /** How long it waits for workers that do not stop, and for messages that do not end, in ms. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly tell: (step: MigrationStep) => void;
}

/** What has become of a migration: `unneeded`, when the queue was as it should be. */
export type MigrationOutcome = 'migrated' | 'unneeded';

/** Enough for everything that the queue held and what comes meanwhile; beyond it publishers keep their events. */
const temporaryLength = 4_000_000;
/** Not the default of RabbitMQ 4, 20: a migration that is killed again and again must not use it up. */
const temporaryDeliveryLimit = 1_000_000;
/** How often the queue may come into being in the other form again, declared by an app of another release. */
const maxRounds = 5;
/** RabbitMQ takes a moment to notice that a process has been killed, and so has given up its lock, in ms. */
const lockTimeoutMs = 3_000;
const pollMs = 100;

/**
 * Gives a queue other arguments. RabbitMQ cannot change them, so a temporary queue takes its place: it is bound beside,
 * the old one is unbound, emptied into it and deleted; then the new one is declared and bound, and the temporary one is
 * unbound, emptied and deleted. At any moment every event has a queue, and every message stands in one, or in two with
 * the same id. It can be killed at any point: run again, it goes on from what it finds.
 *
 * Ingestors go on meanwhile; workers must have been stopped. The order of its messages is not kept.
 * @throws {BrokerError} of kind `topology`: somebody still reads the queue, it is missing, or it cannot be migrated.
 */
export async function migrateQueue(model: ChannelModel, options: MigrationOptions): Promise<MigrationOutcome> {
  const migration = await Migration.begin(model, options);
  try {
    return await migration.run();
  } finally {
    await migration.end();
  }
}

/** Somebody who consumes a queue. */
interface Reader {
  readonly queue: string;
  readonly consumers: number;
}

class Migration {
  readonly #model: ChannelModel;
  readonly #options: MigrationOptions;
  readonly #channel: Channel;
  readonly #wanted: QueueDefinition;
  readonly #bindings: readonly BindingDefinition[];
  /** Name of the queue that takes the place, and of the exchange through which messages are moved. */
  readonly #temporary: string;
  readonly #lock: string;

  private constructor(model: ChannelModel, channel: Channel, options: MigrationOptions) {
    const wanted = options.topology.queues.find(({ name }) => name === options.queue);
    if (wanted === undefined) throw new BrokerError('topology', `The topology has no queue '${options.queue}'.`);
    this.#model = model;
    this.#channel = channel;
    this.#options = options;
    this.#wanted = wanted;
    this.#bindings = options.topology.bindings.filter(({ queue }) => queue === wanted.name);
    this.#temporary = temporaryQueueOf(wanted.name);
    this.#lock = `${this.#temporary}.lock`;
  }

  /** Two at a time would unbind what the other has bound: an exclusive queue keeps them apart. */
  static async begin(model: ChannelModel, options: MigrationOptions): Promise<Migration> {
    const deadline = performance.now() + lockTimeoutMs;
    for (;;) {
      const channel = await openChannel(model);
      const migration = new Migration(model, channel, options);
      try {
        await channel.assertQueue(migration.#lock, { exclusive: true, arguments: { 'x-queue-type': 'classic' } });
        return migration;
      } catch (cause) {
        if (replyCodeOf(cause) !== 405) throw cause;
        if (performance.now() > deadline) {
          throw new BrokerError('topology', `Another process migrates '${options.queue}'.`, { cause });
        }
      }
      await delay(pollMs, undefined, { signal: options.signal });
    }
  }

  /** Gives the lock back, which would otherwise last as long as the connection. */
  async end(): Promise<void> {
    try {
      const channel = await openChannel(this.#model);
      await channel.deleteQueue(this.#lock);
      await Promise.all([channel.close(), this.#channel.close()]);
    } catch {
      // The broker has closed a channel, or the connection is lost and the lock with it.
    }
  }

  async run(): Promise<MigrationOutcome> {
    const { name } = this.#wanted;
    let isBegun = await queueExists(this.#model, this.#temporary);
    for (let round = 0; round < maxRounds; round += 1) {
      const found = await inspectQueue(this.#model, this.#wanted);
      if (!isBegun) {
        if (found.state === 'same') return 'unneeded';
        if (found.state !== 'different') throw new BrokerError('topology', notMigratable(name, found));
        await this.#refuseUnsafe();
      }
      isBegun = true;
      if (found.state === 'different') await this.#empty(found);
      if (await this.#replace()) return 'migrated';
    }
    throw new BrokerError('topology', `Something declares '${name}' in another form again and again: stop it.`);
  }

  /** Before anything is changed: what RabbitMQ would lose with the queue without having told of it. */
  async #refuseUnsafe(): Promise<void> {
    const existing = await this.#workQueues();
    const reader = await this.#readerOf(existing);
    if (reader !== undefined) throw new BrokerError('topology', stillRead(reader));
    if (this.#wanted.arguments['x-dead-letter-exchange'] === undefined) return;
    for (const { name, arguments: args } of this.#options.topology.queues) {
      if (name === this.#wanted.name || !existing.includes(name)) continue;
      const { messageCount } = await this.#channel.checkQueue(name);
      if (messageCount >= Number(args['x-max-length'])) throw new BrokerError('topology', isFull(name, messageCount));
    }
  }

  /**
   * Nobody may read any queue of the topology until the old one is gone: workers also send messages to a queue by its
   * name, past all bindings.
   */
  async #workQueues(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { name } of this.#options.topology.queues) if (await queueExists(this.#model, name)) found.push(name);
    return found;
  }

  /** Puts the temporary queue in place of the old one, moves the messages over, and deletes the old one. */
  async #empty({ differences }: Extract<ObjectState, { state: 'different' }>): Promise<void> {
    const { name, arguments: args } = this.#wanted;
    const difference = differences.find(({ argument }) => argument === 'x-queue-type');
    const type = difference === undefined ? args['x-queue-type'] : (difference.current ?? 'classic');
    if (type === 'stream') throw new BrokerError('topology', `'${name}' is a stream, which cannot be emptied.`);
    await this.#declareTemporary();
    for (const { exchange, key } of this.#bindings) await this.#channel.bindQueue(this.#temporary, exchange, key);
    await this.#unbind(name);
    this.#options.tell({ step: 'diverted', to: this.#temporary });
    await this.#drain(name, this.#temporary, await this.#workQueues());
    // An app that has connected meanwhile may have bound it; what came so stands in both.
    await this.#unbind(name);
    // On any other queue RabbitMQ answers these conditions by closing the connection.
    const conditions = type === 'classic' ? { ifEmpty: true, ifUnused: true } : {};
    await this.#channel.deleteQueue(name, conditions);
  }

  /** Declares the queue as it should be and empties the temporary one into it; false when it exists in another form. */
  async #replace(): Promise<boolean> {
    const { name } = this.#wanted;
    try {
      const channel = await openChannel(this.#model);
      await declareQueue(channel, this.#wanted);
      await channel.close();
    } catch (cause) {
      const { message = '' } = cause instanceof BrokerError ? asError(cause.cause) : {};
      if (differenceIn(message) === undefined) throw cause;
      return false;
    }
    await this.#declareTemporary();
    for (const { exchange, key } of this.#bindings) await this.#channel.bindQueue(name, exchange, key);
    await this.#unbind(this.#temporary);
    this.#options.tell({ step: 'replaced', queue: name });
    await this.#drain(this.#temporary, name, [this.#temporary]);
    // The queue last: it is what says that a migration has begun.
    await this.#channel.deleteExchange(this.#temporary);
    await this.#channel.deleteQueue(this.#temporary);
    return true;
  }

  async #declareTemporary(): Promise<void> {
    await declareQueue(this.#channel, temporaryQueue(this.#temporary));
    await this.#channel.assertExchange(this.#temporary, 'fanout', { durable: true });
  }

  async #unbind(queue: string): Promise<void> {
    for (const { exchange, key } of this.#bindings) await this.#channel.unbindQueue(queue, exchange, key);
  }

  /** Moves messages until there are none, and nobody has read any of `watched`, for `settleMs`. */
  async #drain(from: string, to: string, watched: readonly string[]): Promise<void> {
    const { settleMs, patienceMs, signal, tell } = this.#options;
    // A fanout exchange, so that messages keep their routing keys, by which retries find their way back.
    await this.#channel.bindQueue(to, this.#temporary, '');
    await this.#channel.unbindQueue(from, this.#temporary, '');
    let moved = 0;
    const onMoved = () => tell({ step: 'moving', from, to, moved: (moved += 1) });
    const startedAt = performance.now();
    const isLate = () => performance.now() - startedAt > patienceMs;
    let quietSince: number | undefined;
    for (;;) {
      const reader = await this.#readerOf(watched);
      if ((await this.#channel.checkQueue(from)).messageCount > 0) {
        if (moved > 0 && isLate()) throw new BrokerError('topology', stillBound(from));
        const propertiesOf = this.#holdsDeadLetters() ? movedDeadLetterProperties : movedProperties;
        await moveMessages(this.#model, { from, exchange: this.#temporary, propertiesOf, signal, onMoved });
        quietSince = undefined;
      } else if (reader !== undefined) {
        if (isLate()) throw new BrokerError('topology', stillRead(reader));
        tell({ step: 'waiting', ...reader });
        quietSince = undefined;
      } else {
        if (quietSince === undefined) tell({ step: 'settling', queue: from });
        quietSince ??= performance.now();
        if (performance.now() - quietSince >= settleMs) return;
      }
      await delay(pollMs, undefined, { signal });
    }
  }

  #holdsDeadLetters(): boolean {
    const { topology } = this.#options;
    return topology.queues.some(({ arguments: args }) => args['x-dead-letter-routing-key'] === this.#wanted.name);
  }

  async #readerOf(queues: readonly string[]): Promise<Reader | undefined> {
    for (const queue of queues) {
      const { consumerCount: consumers } = await this.#channel.checkQueue(queue);
      if (consumers > 0) return { queue, consumers };
    }
    return undefined;
  }
}

function temporaryQueue(name: string): QueueDefinition {
  return {
    name,
    arguments: {
      'x-queue-type': 'quorum',
      'x-max-length': temporaryLength,
      'x-overflow': 'reject-publish',
      'x-delivery-limit': temporaryDeliveryLimit,
    },
  };
}

function stillRead({ queue, consumers }: Reader): string {
  return (
    `The queue '${queue}' has ${consumers} ${consumers === 1 ? 'consumer' : 'consumers'}: stop the workers and run this ` +
    'again. Ingestors may go on.'
  );
}

function isFull(queue: string, messages: number): string {
  return (
    `The queue '${queue}' is full (${messages} messages): what is to be handed over to it waits inside of other queues, ` +
    'where it cannot be seen, and would be lost with them. Make room first.'
  );
}

function stillBound(queue: string): string {
  return (
    `The queue '${queue}' gets messages although it has been unbound: a binding that the topology does not have leads ` +
    'to it. Remove that and run this again.'
  );
}

function notMigratable(queue: string, { state }: ObjectState): string {
  if (state === 'missing') return `There is no queue '${queue}': 'arrakis topology apply' declares it.`;
  return `This user may not configure the queue '${queue}'.`;
}
