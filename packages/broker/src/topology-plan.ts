import type { Channel, ChannelModel } from 'amqplib';
import type { ExchangeDefinition, QueueDefinition, Topology } from '@arrakis/protocol';
import { asError } from './errors.ts';
import { differenceIn, type ArgumentValue, type Difference } from './inequivalence.ts';
import { openChannel, queueExists, replyCodeOf, temporaryQueueOf } from './topology.ts';

/**
 * How an exchange or queue stands to its definition:
 * - `same`: it exists as it should;
 * - `missing`: it does not exist;
 * - `different`: it exists in another form; `complete` says whether these are all differences;
 * - `hidden`: it exists, and this user may not see in which form.
 */
export type ObjectState =
  | { readonly state: 'same' | 'missing' | 'hidden' }
  | { readonly state: 'different'; readonly differences: readonly Difference[]; readonly complete: boolean };

/** An exchange or queue, and what is to be done about it. */
export type PlannedObject = { readonly kind: 'exchange' | 'queue'; readonly name: string } & ObjectState;

/** What differs between the topology as it should be and the broker. */
export interface TopologyPlan {
  readonly objects: readonly PlannedObject[];
  /** Queues whose migration has begun and not ended. */
  readonly migrations: readonly string[];
  /** Whether every exchange and queue is as it should be, as far as can be seen. */
  readonly inSync: boolean;
}

/**
 * Compares the broker with the topology, and changes nothing. Over AMQP exchanges and queues can be asked for; bindings,
 * and what exists beside the topology, cannot be seen.
 */
export async function planTopology(model: ChannelModel, topology: Topology): Promise<TopologyPlan> {
  const objects: PlannedObject[] = [];
  for (const exchange of topology.exchanges) {
    objects.push({ kind: 'exchange', name: exchange.name, ...(await inspect(model, exchangeProbe(exchange))) });
  }
  for (const queue of topology.queues) {
    objects.push({ kind: 'queue', name: queue.name, ...(await inspectQueue(model, queue)) });
  }
  const migrations: string[] = [];
  for (const { name } of topology.queues) {
    if (await queueExists(model, temporaryQueueOf(name))) migrations.push(name);
  }
  const inSync = migrations.length === 0 && objects.every(({ state }) => state === 'same');
  return { objects, migrations, inSync };
}

/** How a queue stands to its definition; see {@link planTopology}. */
export function inspectQueue(model: ChannelModel, queue: QueueDefinition): Promise<ObjectState> {
  return inspect(model, queueProbe(queue));
}

/** The arguments of a declaration, changed step by step into those of what exists. */
type Arguments = Readonly<Record<string, ArgumentValue | undefined>>;

interface Probe {
  readonly wanted: Arguments;
  exists(channel: Channel): Promise<unknown>;
  declare(channel: Channel, args: Arguments): Promise<unknown>;
}

function exchangeProbe({ name, type }: ExchangeDefinition): Probe {
  return {
    wanted: { type, durable: true, auto_delete: false, internal: false },
    exists: (channel) => channel.checkExchange(name),
    declare: (channel, { type: kind, durable, auto_delete: autoDelete, internal, ...further }) =>
      channel.assertExchange(name, String(kind), {
        durable: durable === true,
        autoDelete: autoDelete === true,
        internal: internal === true,
        arguments: further,
      }),
  };
}

function queueProbe({ name, arguments: wanted }: QueueDefinition): Probe {
  return {
    wanted: { ...wanted, durable: true, auto_delete: false },
    exists: (channel) => channel.checkQueue(name),
    declare: (channel, { durable, auto_delete: autoDelete, ...args }) =>
      channel.assertQueue(name, { durable: durable === true, autoDelete: autoDelete === true, arguments: args }),
  };
}

/** RabbitMQ names one difference at a time; no definition has more arguments than this. */
const maxDifferences = 20;

/**
 * A declaration with other arguments is refused with the first difference. Repeated with the current value in its place,
 * it is refused with the next one, until it is the declaration of what exists, which changes nothing.
 */
async function inspect(model: ChannelModel, probe: Probe): Promise<ObjectState> {
  const differences: Difference[] = [];
  const set = (argument: string, current: ArgumentValue | undefined) => {
    differences.push({ argument, wanted: probe.wanted[argument], current });
    args = { ...args, [argument]: current };
  };
  let args = probe.wanted;
  while (differences.length < maxDifferences) {
    const answer = await ask(model, probe, args);
    if (answer === 'missing' || answer === 'hidden') return { state: answer };
    if (answer === 'same') {
      return differences.length === 0 ? { state: answer } : { state: 'different', differences, complete: true };
    }
    const found = answer === 'different' ? otherQueueType(args) : answer;
    if (found === undefined || differences.some(({ argument }) => argument === found.argument)) break;
    set(found.argument, found.current);
  }
  return { state: 'different', differences, complete: false };
}

/**
 * An argument that only the other type of queue has, taken over from the existing queue, makes the declaration an
 * invalid one, before RabbitMQ comes to compare the types.
 */
function otherQueueType({ 'x-queue-type': type }: Arguments): Pick<Difference, 'argument' | 'current'> | undefined {
  if (type === undefined) return undefined;
  return { argument: 'x-queue-type', current: type === 'quorum' ? 'classic' : 'quorum' };
}

type Answer = 'same' | 'missing' | 'hidden' | 'different' | Difference;

/** On a channel of its own, since the broker closes it with every refusal. */
async function ask(model: ChannelModel, probe: Probe, args: Arguments): Promise<Answer> {
  const channel = await openChannel(model);
  try {
    // A declaration would create what is missing.
    await probe.exists(channel);
    await probe.declare(channel, args);
  } catch (cause) {
    const code = replyCodeOf(cause);
    if (code === 404) return 'missing';
    if (code === 403) return 'hidden';
    if (code === 406) return differenceIn(asError(cause).message) ?? 'different';
    // RESOURCE_LOCKED: it is exclusive to another connection.
    if (code === 405) return 'different';
    throw cause;
  }
  await channel.close();
  return 'same';
}
