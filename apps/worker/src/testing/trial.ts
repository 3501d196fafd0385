import { randomUUID } from 'node:crypto';
import { Broker, done } from '@arrakis/broker';
import { decodeDeadLetter, dispatchEventId, encodeEvent, type DeadLetter, type Event } from '@arrakis/protocol';
import { startSimulator, type Simulator, type SimulatorOptions } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import {
  AmqpClient,
  AppProcess,
  recordFault,
  testServices,
  uniqueNamespace,
  waitFor,
  type ForeignMessage,
  type TestServices,
} from '@arrakis/testkit';
import { eventOf } from './deliveries.ts';
import { TrialReport } from './trial-report.ts';

export interface TrialOptions {
  /** Settings of every worker and ingestor, the way to a service through a proxy for example. */
  readonly settings?: NodeJS.ProcessEnv;
  /** A broker and a Redis of the test's own; default: those that all tests of the run share. */
  readonly services?: TestServices;
  /** Whether dead letters stay in their queue, where a test looks at them; default false: they are taken out. */
  readonly keepDeadLetters?: boolean;
  /** What of the simulated Discord is not as usual. */
  readonly simulator?: Pick<SimulatorOptions, 'limits'>;
}

interface Place {
  readonly discord: Simulator;
  readonly broker: Broker;
  readonly env: NodeJS.ProcessEnv;
  readonly resources: AsyncDisposableStack;
}

/**
 * Workers of `tried-worker.ts`, events for them, and a ledger of what becomes of these: everything that was sent has its
 * effect or is a dead letter, no effect is had twice, and nothing is left in the queues.
 */
export class Trial implements AsyncDisposable {
  readonly discord: Simulator;
  readonly broker: Broker;
  readonly deadLetters: DeadLetter[] = [];
  readonly workers: AppProcess[] = [];
  readonly applicationId: string;
  readonly #ingestors: AppProcess[] = [];
  readonly #sent = new Set<string>();
  readonly #env: NodeJS.ProcessEnv;
  readonly #resources: AsyncDisposableStack;
  #faultEndedAt: number | undefined;

  private constructor({ discord, broker, env, resources }: Place) {
    this.discord = discord;
    this.broker = broker;
    this.applicationId = env['DISCORD_APPLICATION_ID'] ?? '';
    this.#env = env;
    this.#resources = resources;
    discord.recording.observeDispatches(({ applicationId, sessionId, sequence, type }) => {
      if (type === 'GUILD_MEMBER_ADD') this.#sent.add(dispatchEventId(applicationId, sessionId, sequence));
    });
  }

  static async prepare({ settings = {}, services, keepDeadLetters = false, simulator }: TrialOptions = {}) {
    await using resources = new AsyncDisposableStack();
    const { rabbitmqUrl, redisUrl } = services ?? (await testServices());
    // What is left in services of the test's own goes with them.
    const namespace = services === undefined ? uniqueNamespace() : `trial-${randomUUID()}`;
    const discord = resources.use(await startSimulator({ guilds: 1, gateway: { identifyWindowMs: 40 }, ...simulator }));
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
    const trial = new Trial({ discord, broker, env, resources: resources.move() });
    if (!keepDeadLetters) trial.takeDeadLetters();
    return trial;
  }

  /** Starts a further worker. */
  start(settings: NodeJS.ProcessEnv = {}): AppProcess {
    const worker = new AppProcess(new URL('tried-worker.ts', import.meta.url), { ...this.#env, ...settings });
    this.workers.push(this.#resources.use(worker));
    return worker;
  }

  /** Starts a worker and waits until it is ready. */
  async startReady(settings: NodeJS.ProcessEnv = {}): Promise<AppProcess> {
    const worker = this.start(settings);
    await worker.ready();
    return worker;
  }

  /** Starts an ingestor: what the simulated Discord dispatches comes to the workers. */
  startIngestor(settings: NodeJS.ProcessEnv = {}): AppProcess {
    const main = new URL('../../../ingestor/src/main.ts', import.meta.url);
    const ingestor = new AppProcess(main, { ...this.#env, ...settings });
    this.#ingestors.push(this.#resources.use(ingestor));
    return ingestor;
  }

  /** The state that the workers share. */
  connectState(): StateManager {
    const { REDIS_URL: url = '', ARRAKIS_NAMESPACE: namespace = '' } = this.#env;
    const state = new StateManager({ url, namespace, applicationId: this.applicationId });
    this.#resources.defer(() => state.close());
    return state;
  }

  /** Another client of the broker. */
  async connectClient(): Promise<AmqpClient> {
    return this.#resources.use(await AmqpClient.connect(this.#env['RABBITMQ_URL'] ?? ''));
  }

  /** The channel in which effects are posted that Discord itself has only once. */
  get channelId(): string {
    const [guildId = ''] = this.discord.world.guilds;
    return this.discord.world.guild(guildId).channelNamed('general').id;
  }

  /** Publishes an event about a member of this name, which says what its handler does. */
  async publish(type: string, username: string, fields: Partial<Event> = {}): Promise<string> {
    const guildId = fields.guildId ?? '200';
    const payload = { guild_id: guildId, user: { id: '7', username }, nick: this.channelId };
    const event = eventOf(type, payload, { guildId, ...fields });
    await this.send(event);
    return event.id;
  }

  /** Publishes so many events at once. */
  publishMany(count: number, username: string): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, () => this.publish('member.join', username)));
  }

  /** Publishes an event as one of this bot. */
  async send(event: Event): Promise<void> {
    const { routingKey, body, properties } = encodeEvent({ ...event, applicationId: this.applicationId });
    const message = { exchange: this.broker.names.events, routingKey, body, properties };
    const publish = () => this.broker.publisher.publish(message).then(() => true);
    await waitFor(publish, { what: 'the event to be published', timeoutMs: 30_000 });
    this.#sent.add(event.id);
  }

  /** Has another client send a message, which is to be done or a dead letter as well. */
  async sendAs(client: AmqpClient, message: ForeignMessage): Promise<void> {
    await client.send(message);
    this.#sent.add(String(message.options?.messageId));
  }

  /** The ids of the events of which a worker's log says this, in the order in which it does. */
  said(what: 'begun' | 'effect'): string[] {
    return this.workers.flatMap(({ log }) => log.filter(({ msg }) => msg === what).map(({ id }) => String(id)));
  }

  /** The ids of the events whose effect is there, as often as it is: in Discord, or in the log of a worker. */
  effects(): string[] {
    const logged = this.workers.flatMap(({ log }) =>
      log.filter(({ msg, deed }) => msg === 'effect' && deed !== 'poster').map(({ id }) => String(id)),
    );
    const messages = this.discord.world.conversations.inChannel(this.channelId);
    const posted = messages.flatMap(({ content }) => /^effect (.*)/.exec(content)?.[1] ?? []);
    return [...logged, ...posted];
  }

  /** How many messages wait in a queue. */
  async ready(queue: string): Promise<number> {
    return (await this.broker.queueDepths()).get(queue)?.ready ?? 0;
  }

  /** Whether nothing waits in any queue, and no worker holds anything. */
  async idle(): Promise<boolean> {
    const isEmpty = async () => [...(await this.broker.queueDepths()).values()].every(({ ready }) => ready === 0);
    if (!(await isEmpty())) return false;
    const lanes = ['high', 'normal', 'low'].map((lane) => `bot_lane_unsettled_messages{lane="${lane}"}`);
    const unsettled = await Promise.all(
      this.workers.flatMap((worker) => lanes.map(async (lane) => worker.metric(lane))),
    );
    // What a worker held when the queues were empty may be in one of them by now.
    return unsettled.every((count) => count === 0) && isEmpty();
  }

  /** Takes the dead letters out of their queue from now on. */
  takeDeadLetters(): void {
    this.broker.consume({
      queue: this.broker.names.deadLetters,
      prefetch: 10,
      handle: async (delivery) => {
        this.deadLetters.push(decodeDeadLetter(delivery));
        return done;
      },
    });
  }

  /** From now on everything can go on: how long it takes until it has is told by the report. */
  faultEnds(): void {
    this.#faultEndedAt = performance.now();
  }

  /** Waits until everything sent is done or a dead letter, ends all processes, and tells the table what there is. */
  async settle(
    task: Parameters<typeof recordFault>[0],
    { timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {},
  ): Promise<TrialReport> {
    const settled = () => {
      const through = new Set([...this.effects(), ...this.deadLetters.map(({ id }) => id)]);
      return [...this.#sent].every((id) => through.has(id));
    };
    // The report says better than a time-out what is missing.
    await waitFor(settled, { what: 'all events to be settled', timeoutMs }).catch(() => undefined);
    await waitFor(() => this.idle(), { what: 'the queues to be empty', timeoutMs: 30_000 }).catch(() => undefined);
    const recoveryMs = this.#faultEndedAt === undefined ? undefined : performance.now() - this.#faultEndedAt;
    await Promise.all(this.#ingestors.map((ingestor) => ingestor.end('SIGTERM')));
    await Promise.all(this.workers.map((worker) => worker.end('SIGTERM')));
    const report = new TrialReport({
      sent: this.#sent,
      effects: this.effects(),
      deadLetters: this.deadLetters,
      left: await this.#left(),
      recoveryMs,
    });
    recordFault(task, report);
    return report;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#resources.disposeAsync();
  }

  /** What nobody has acknowledged comes back to its queue when its consumer is gone. */
  async #left(): Promise<ReadonlyMap<string, number>> {
    const { deadLetters } = this.broker.names;
    const others = async () => [...(await this.broker.queueDepths())].filter(([queue]) => queue !== deadLetters);
    await waitFor(async () => (await others()).every(([, { consumers }]) => consumers === 0), {
      what: 'the end of all consumers',
    });
    return new Map((await others()).filter(([, { ready }]) => ready > 0).map(([queue, { ready }]) => [queue, ready]));
  }
}
