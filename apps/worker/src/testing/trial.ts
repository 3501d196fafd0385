import { Broker, done } from '@arrakis/broker';
import { decodeDeadLetter, encodeEvent, type DeadLetter, type Event } from '@arrakis/protocol';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { AppProcess, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { eventOf } from './deliveries.ts';

/** Workers of `tried-worker.ts`, events for them, and what becomes of these. */
export class Trial implements AsyncDisposable {
  readonly discord: Simulator;
  readonly broker: Broker;
  readonly deadLetters: DeadLetter[] = [];
  readonly workers: AppProcess[] = [];
  readonly applicationId: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #resources: AsyncDisposableStack;

  private constructor(parts: {
    discord: Simulator;
    broker: Broker;
    env: NodeJS.ProcessEnv;
    resources: AsyncDisposableStack;
  }) {
    this.discord = parts.discord;
    this.broker = parts.broker;
    this.applicationId = parts.env['DISCORD_APPLICATION_ID'] ?? '';
    this.#env = parts.env;
    this.#resources = parts.resources;
    this.broker.consume({
      queue: this.broker.names.deadLetters,
      prefetch: 10,
      handle: async (delivery) => {
        this.deadLetters.push(decodeDeadLetter(delivery));
        return done;
      },
    });
  }

  /** `settings`: those of every worker. */
  static async prepare(settings: NodeJS.ProcessEnv): Promise<Trial> {
    await using resources = new AsyncDisposableStack();
    const { rabbitmqUrl, redisUrl } = await testServices();
    const namespace = uniqueNamespace();
    const discord = resources.use(await startSimulator({ guilds: 1 }));
    const [bot] = discord.bots;
    if (bot === undefined) throw new Error('the simulator has a bot');
    const broker = new Broker({ url: rabbitmqUrl, namespace, connectionName: 'test' });
    resources.defer(() => broker.close());
    const env = {
      DISCORD_TOKEN: bot.token,
      DISCORD_APPLICATION_ID: bot.applicationId,
      DISCORD_API_URL: discord.apiUrl,
      RABBITMQ_URL: rabbitmqUrl,
      REDIS_URL: redisUrl,
      ARRAKIS_NAMESPACE: namespace,
      ...settings,
    };
    return new Trial({ discord, broker, env, resources: resources.move() });
  }

  /** Starts a further worker. */
  start(settings: NodeJS.ProcessEnv = {}): AppProcess {
    const worker = new AppProcess(new URL('tried-worker.ts', import.meta.url), { ...this.#env, ...settings });
    this.workers.push(this.#resources.use(worker));
    return worker;
  }

  /** Publishes an event about a member of this name, which says what its handler does. */
  async publish(type: string, username: string, fields: Partial<Event> = {}): Promise<string> {
    const guildId = fields.guildId ?? '200';
    const payload = { guild_id: guildId, user: { id: '7', username } };
    const event = eventOf(type, payload, { guildId, ...fields });
    await this.send(event);
    return event.id;
  }

  /** Publishes an event as one of this bot. */
  async send(event: Event): Promise<void> {
    const { routingKey, body, properties } = encodeEvent({ ...event, applicationId: this.applicationId });
    const message = { exchange: this.broker.names.events, routingKey, body, properties };
    await waitFor(
      () =>
        this.broker.publisher.publish(message).then(
          () => true,
          () => false,
        ),
      {
        what: 'the event to be published',
      },
    );
  }

  /** The ids of the events of which a worker's log says this, in the order in which it does. */
  said(what: 'begun' | 'effect'): string[] {
    return this.workers.flatMap(({ log }) => log.filter(({ msg }) => msg === what).map(({ id }) => String(id)));
  }

  async ready(queue: string): Promise<number> {
    return (await this.broker.queueDepths()).get(queue)?.ready ?? 0;
  }

  /** Whether nothing waits in any queue, and no worker is at anything. */
  async idle(): Promise<boolean> {
    const depths = await this.broker.queueDepths();
    if ([...depths.values()].some(({ ready }) => ready > 0)) return false;
    const running = await Promise.all(
      this.workers.map((worker) => worker.metric('bot_lane_running_messages{lane="normal"}')),
    );
    return running.every((count) => count === 0);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#resources.disposeAsync();
  }
}
