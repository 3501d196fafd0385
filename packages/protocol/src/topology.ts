/** An exchange as RabbitMQ declares it; all are durable. */
export interface ExchangeDefinition {
  readonly name: string;
  readonly type: 'topic' | 'direct' | 'fanout';
}

/** A queue as RabbitMQ declares it; all are durable and name their `x-queue-type`. */
export interface QueueDefinition {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
}

/** A binding; `key` is a pattern on a topic exchange, and unused on a fanout exchange. */
export interface BindingDefinition {
  readonly exchange: string;
  readonly queue: string;
  readonly key: string;
}

/** Everything that must exist on the broker, as data. */
export interface Topology {
  readonly exchanges: readonly ExchangeDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly bindings: readonly BindingDefinition[];
}

/** A queue in which a failed event waits before it returns to the queue it came from. */
export interface RetryTier {
  /** Name of the fanout exchange and of the queue behind it. */
  readonly name: string;
  readonly delayMs: number;
}

/** The queues that workers consume. */
export interface WorkQueues {
  readonly interactions: string;
  readonly guildEvents: string;
  /** Events whose handlers take long; workers move them here. */
  readonly longJobs: string;
}

/** The names in use, all below one first segment, so that tests and tenants can share a broker. */
export interface Names extends WorkQueues {
  /** Topic exchange to which every event is published, with its event type as routing key. */
  readonly events: string;
  /** Direct exchange through which an event returns from a retry tier, by its origin queue's name. */
  readonly returns: string;
  /** Shortest delay first. */
  readonly retryTiers: readonly RetryTier[];
  readonly deadLetters: string;
  /**
   * The queues of one module, where a fleet serves modules apart: a worker that gets what belongs to a module of others
   * moves it there.
   */
  ofModule(module: string): WorkQueues;
}

/** What is bound to the two work queues in any case. */
const routes = {
  interactions: ['interaction.#'],
  guildEvents: [
    'guild.#',
    'member.#',
    'gateway.#',
    // Answers to commands; the members of a guild come as `guild.members.chunk`.
    'voice.state.update',
    'voice.server.update',
    'soundboard.sounds',
    'rate.limited',
  ],
} as const;

/** Deliveries after which RabbitMQ itself dead-letters a message whose consumers all died with it. */
const deliveryLimit = 20;

/**
 * Dead letters are looked at and put back as often as somebody wants. RabbitMQ 4 counts that, drops a message after 20
 * times where the queue says nothing else, and takes no "unlimited" that 3.10 takes as well (RabbitMQ docs, Quorum Queues,
 * "Position and Delivery Limit").
 */
const deadLetterDeliveryLimit = 1_000_000;

/** Upper bounds in messages. A full queue refuses the publish (`reject-publish`): the publisher keeps the event. */
const lengthLimits = {
  interactions: 100_000,
  guildEvents: 2_000_000,
  longJobs: 500_000,
  retry: 500_000,
  deadLetters: 500_000,
};

/** The names below `namespace` (one or more dot-separated segments; `arrakis` unless a setting says otherwise). */
export function namesIn(namespace: string): Names {
  const tier = (label: string, delayMs: number): RetryTier => ({
    name: `${namespace}.retry.${label}`,
    delayMs,
  });
  return {
    events: `${namespace}.events`,
    interactions: `${namespace}.interactions`,
    guildEvents: `${namespace}.events.guild`,
    longJobs: `${namespace}.events.low`,
    returns: `${namespace}.returns`,
    retryTiers: [tier('2s', 2_000), tier('10s', 10_000), tier('60s', 60_000), tier('10m', 600_000)],
    deadLetters: `${namespace}.dlq`,
    ofModule: (module) => ({
      interactions: `${namespace}.interactions.${module}`,
      guildEvents: `${namespace}.events.guild.${module}`,
      longJobs: `${namespace}.events.low.${module}`,
    }),
  };
}

/**
 * The tier in which a failed event waits: the shortest that takes at least `afterMs`; without it, one tier further at
 * every attempt.
 */
export function retryTier(names: Pick<Names, 'retryTiers'>, attempt: number, afterMs?: number): RetryTier {
  const { retryTiers } = names;
  const longest = retryTiers.length - 1;
  const found = afterMs === undefined ? attempt - 1 : retryTiers.findIndex((tier) => tier.delayMs >= afterMs);
  const tier = retryTiers[found < 0 ? longest : Math.min(found, longest)];
  if (tier === undefined) throw new Error('the topology has no retry tier');
  return tier;
}

/** What is bound to the queue of guild events, each pattern once; `events` beside the usual ones. */
function guildEventRoutes(events: readonly string[]): readonly string[] {
  return [...new Set([...routes.guildEvents, ...events])];
}

/** What a topology has beside the usual. */
export interface TopologyOptions {
  /** Patterns of event types that are delivered beside the usual ones. */
  readonly events?: readonly string[];
  /** Modules that are served apart, each with queues of its own. */
  readonly modules?: readonly string[];
}

/**
 * The topology below `namespace`. It is accepted unchanged by RabbitMQ 3.10 … 4.x:
 * - `x-max-priority` exists only on classic queues (a 406 on a quorum queue of every version up to 4.3);
 * - at-least-once dead-lettering needs a quorum source and `overflow=reject-publish`
 *   (RabbitMQ docs, Quorum Queues, "At-least-once dead lettering").
 */
export function topologyIn(namespace: string, { events = [], modules = [] }: TopologyOptions = {}): Topology {
  const names = namesIn(namespace);
  const workQueues = [names, ...modules.map((module) => names.ofModule(module))];
  const workQueueNames = workQueues.flatMap((queues) => [queues.interactions, queues.guildEvents, queues.longJobs]);
  return {
    exchanges: [
      { name: names.events, type: 'topic' },
      { name: names.returns, type: 'direct' },
      ...names.retryTiers.map((tier) => ({ name: tier.name, type: 'fanout' as const })),
    ],
    queues: [
      ...workQueues.flatMap(({ interactions, guildEvents, longJobs }) => [
        interactionsQueue(interactions),
        eventsQueue(names, guildEvents, lengthLimits.guildEvents),
        eventsQueue(names, longJobs, lengthLimits.longJobs),
      ]),
      ...names.retryTiers.map((tier) => retryQueue(names, tier)),
      deadLettersQueue(names),
    ],
    bindings: [
      ...routes.interactions.map((key) => ({
        exchange: names.events,
        queue: names.interactions,
        key,
      })),
      ...guildEventRoutes(events).map((key) => ({
        exchange: names.events,
        queue: names.guildEvents,
        key,
      })),
      ...workQueueNames.map((queue) => ({ exchange: names.returns, queue, key: queue })),
      ...names.retryTiers.map((tier) => ({ exchange: tier.name, queue: tier.name, key: '' })),
    ],
  };
}

function interactionsQueue(name: string): QueueDefinition {
  return {
    name,
    arguments: {
      'x-queue-type': 'classic',
      'x-max-priority': 10,
      'x-max-length': lengthLimits.interactions,
      'x-overflow': 'reject-publish',
    },
  };
}

function eventsQueue(names: Names, name: string, maxLength: number): QueueDefinition {
  return {
    name,
    arguments: {
      ...quorum(maxLength),
      'x-delivery-limit': deliveryLimit,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': names.deadLetters,
      'x-dead-letter-strategy': 'at-least-once',
    },
  };
}

function retryQueue(names: Names, tier: RetryTier): QueueDefinition {
  return {
    name: tier.name,
    arguments: {
      ...quorum(lengthLimits.retry),
      'x-message-ttl': tier.delayMs,
      // The message keeps its routing key, which names the queue it came from.
      'x-dead-letter-exchange': names.returns,
      'x-dead-letter-strategy': 'at-least-once',
    },
  };
}

function deadLettersQueue(names: Names): QueueDefinition {
  return {
    name: names.deadLetters,
    arguments: { ...quorum(lengthLimits.deadLetters), 'x-delivery-limit': deadLetterDeliveryLimit },
  };
}

function quorum(maxLength: number) {
  return { 'x-queue-type': 'quorum', 'x-max-length': maxLength, 'x-overflow': 'reject-publish' };
}

/**
 * Whether a topic binding's pattern matches a routing key: `*` is one word, `#` any number of words.
 * Source: RabbitMQ docs, "Topic exchange".
 */
export function topicMatches(pattern: string, routingKey: string): boolean {
  return wordsMatch(pattern.split('.'), routingKey.split('.'));
}

function wordsMatch(pattern: readonly string[], words: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return words.length === 0;
  if (head === '#') return wordsMatch(rest, words) || (words.length > 0 && wordsMatch(pattern, words.slice(1)));
  return words.length > 0 && (head === '*' || head === words[0]) && wordsMatch(rest, words.slice(1));
}

/** Event types are few; commands add their names, which are bounded by Discord but not by us. */
const maxRemembered = 10_000;

/**
 * Tells whether an event type reaches a queue of the topology with the same `events`: what does not is not worth
 * publishing. Answers are remembered, so whoever asks for every event keeps the function.
 */
export function eventRouting(events: readonly string[] = []): (eventType: string) => boolean {
  const patterns = [...routes.interactions, ...guildEventRoutes(events)];
  const remembered = new Map<string, boolean>();
  return (eventType) => {
    const known = remembered.get(eventType);
    if (known !== undefined) return known;
    const matched = patterns.some((pattern) => topicMatches(pattern, eventType));
    if (remembered.size < maxRemembered) remembered.set(eventType, matched);
    return matched;
  };
}
