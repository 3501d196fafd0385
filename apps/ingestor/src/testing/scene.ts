import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator, type GatewayOptions, type Simulator } from '@arrakis/simulator';
import {
  AppProcess,
  collectQueues,
  Ledger,
  recordFault,
  testServices,
  uniqueNamespace,
  waitFor,
  type LedgerReport,
  type TestServices,
} from '@arrakis/testkit';

/** A Discord that forgets what a heartbeat acknowledges: one ahead of what the broker has confirmed loses events. */
export const forgetfulGateway: GatewayOptions = { heartbeatIntervalMs: 1_000, trimReplayOnHeartbeat: true };

export interface SceneOptions {
  /** What of the simulated gateway is not as in production. */
  readonly gateway?: GatewayOptions;
  /** How many bots Discord knows, all of them of every ingestor; default 1. */
  readonly bots?: number;
  /** How many guilds each bot is in; default 2. */
  readonly guilds?: number;
  /** Settings of every ingestor of the scene, the way to a service through a proxy for example. */
  readonly settings?: NodeJS.ProcessEnv;
  /** A broker and a Redis of the test's own; default: those that all tests of the run share. */
  readonly services?: TestServices;
}

interface Place {
  readonly namespace: string;
  readonly settings: NodeJS.ProcessEnv;
}

/** Members that join at a steady rate. */
export interface Flow {
  /** How many have joined. */
  readonly count: number;
  /** Resolves to how many there were. */
  stop(): Promise<number>;
}

/**
 * Everything around the ingestors under test: a simulated Discord, the broker, Redis, and a ledger of every dispatch,
 * to be held against the queues at the end. Each scene has a namespace of its own, so that scenes can run side by side.
 */
export class Scene implements AsyncDisposable {
  readonly discord: Simulator;
  readonly namespace: string;
  readonly services: TestServices;
  /** The first bot, and its first guild. */
  readonly applicationId: string;
  readonly guildId: string;
  readonly #ledger: Ledger;
  readonly #settings: NodeJS.ProcessEnv;
  readonly #resources = new AsyncDisposableStack();
  #members = 0;
  #faultEndedAt: number | undefined;
  #recoveryMs: number | undefined;

  private constructor(discord: Simulator, services: TestServices, { namespace, settings }: Place) {
    const [bot] = discord.bots;
    if (bot === undefined) throw new Error('the simulator has a bot');
    this.discord = discord;
    this.namespace = namespace;
    this.services = services;
    this.applicationId = bot.applicationId;
    this.guildId = bot.guildIds()[0] ?? '';
    this.#ledger = new Ledger(this.namespace);
    this.#settings = {
      DISCORD_TOKENS: discord.bots.map(({ token }) => token).join(','),
      DISCORD_API_URL: discord.apiUrl,
      RABBITMQ_URL: services.rabbitmqUrl,
      REDIS_URL: services.redisUrl,
      ARRAKIS_NAMESPACE: this.namespace,
      ...settings,
    };
    this.#resources.defer(() => discord.stop());
    discord.recording.observeDispatches((dispatch, body) => this.#ledger.sent(dispatch, body));
  }

  static async start(options: SceneOptions = {}): Promise<Scene> {
    const { gateway, bots = 1, guilds = 2, settings = {}, services } = options;
    const discord = await startSimulator({
      guilds,
      bots: Array.from({ length: bots }, () => ({})),
      gateway: { identifyWindowMs: 40, ...gateway },
    });
    // What is left in services of the test's own goes with them.
    const namespace = services === undefined ? uniqueNamespace() : `scene-${randomUUID()}`;
    return new Scene(discord, services ?? (await testServices()), { namespace, settings });
  }

  /** Starts an ingestor; it is killed at the end of the scene. */
  startIngestor(settings: NodeJS.ProcessEnv = {}): AppProcess {
    const main = new URL('../main.ts', import.meta.url);
    return this.#resources.use(new AppProcess(main, { ...this.#settings, ...settings }));
  }

  /** Starts an ingestor and waits until it is ready, and the session that it has opened can be resumed by another. */
  async startReadyIngestor(settings: NodeJS.ProcessEnv = {}): Promise<AppProcess> {
    const ingestor = this.startIngestor(settings);
    await ingestor.ready();
    await this.settled(ingestor);
    return ingestor;
  }

  /** So many members join at once; each event is `padding` bytes larger than it need be. */
  join(count: number, { padding = 0 }: { readonly padding?: number } = {}): void {
    for (let joined = 0; joined < count; joined += 1) this.#joinOne('x'.repeat(padding));
  }

  /** Members join, `perSecond` of them, until it is stopped. */
  flow(perSecond: number): Flow {
    const flowing = new AbortController();
    const startedAt = performance.now();
    let count = 0;
    const running = (async () => {
      while (!flowing.signal.aborted) {
        for (const due = ((performance.now() - startedAt) * perSecond) / 1_000; count < due; count += 1)
          this.#joinOne();
        await delay(5);
      }
      return count;
    })();
    this.#resources.defer(() => flowing.abort());
    return {
      get count() {
        return count;
      },
      stop: () => {
        flowing.abort();
        return running;
      },
    };
  }

  /** Waits until these ingestors, all there are, have received everything, and nothing of it is unconfirmed. */
  async settled(...ingestors: readonly AppProcess[]): Promise<void> {
    const settled = async () => {
      const sessions = this.discord.gateway.sessions();
      if (sessions.some((session) => session.deliveredSequence !== session.sequence)) return false;
      const texts = await Promise.all(ingestors.map(async (ingestor) => (await ingestor.get('/metrics')).text));
      return texts.every(hasNothingUnconfirmed) && texts.some((text) => text.includes('bot_shard_lag{'));
    };
    await waitFor(settled, { what: 'the ingestors to have nothing unconfirmed', timeoutMs: 40_000 });
  }

  /** From now on everything can go on: how long it takes until it has is told by {@link record}. */
  faultEnds(): void {
    this.#faultEndedAt = performance.now();
  }

  /** Tells the table of `npm run faults` what a report says. */
  record(task: Parameters<typeof recordFault>[0], { lost, twice }: LedgerReport): void {
    recordFault(task, { lost: lost.length, twice, recoveryMs: this.#recoveryMs });
  }

  /** Waits until the ingestors have so many ready shards each. */
  async shared(counts: ReadonlyMap<AppProcess, number>): Promise<void> {
    const sharedOut = async () => {
      for (const [ingestor, count] of counts) {
        if ((await ingestor.metric('bot_shards{state="ready"}')) !== count) return false;
      }
      return true;
    };
    const what = `shares of ${[...counts.values()].join(', ')} shards`;
    await waitFor(sharedOut, { what, timeoutMs: 40_000 });
  }

  /** Dispatches of shard 0 that the ingestor has received and the broker has not confirmed. */
  async lag(ingestor: AppProcess): Promise<number> {
    const { text } = await ingestor.get('/metrics');
    return Number(/^bot_shard_lag\{[^}]*shard="0"\} (\d+)$/m.exec(text)?.[1]);
  }

  /** Holds what is in the queues against what was sent, once these ingestors, all there are, have nothing unconfirmed. */
  async report(...ingestors: readonly AppProcess[]): Promise<LedgerReport> {
    await this.settled(...ingestors);
    if (this.#faultEndedAt !== undefined) this.#recoveryMs = performance.now() - this.#faultEndedAt;
    return this.collect();
  }

  /** Empties the queues until everything that was sent has come, but for `missing` that are known to be lost. */
  async collect({ missing = 0 }: { readonly missing?: number } = {}): Promise<LedgerReport> {
    await collectQueues(this.#ledger, { url: this.services.rabbitmqUrl, missing });
    return this.#ledger.report();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  /** Each time another bot's guild, and in the end another guild. */
  #joinOne(bio = ''): void {
    const { bots, gateway } = this.discord;
    this.#members += 1;
    const bot = bots[this.#members % bots.length];
    const guildIds = bot?.guildIds() ?? [];
    const guildId = guildIds[Math.floor(this.#members / bots.length) % guildIds.length];
    if (bot === undefined || guildId === undefined) throw new Error('the simulated Discord has bots and guilds');
    const user = { id: String(this.#members), username: `member-${this.#members}`, global_name: 'Zoë ☂ "quoted"', bio };
    const data = { guild_id: guildId, number: this.#members, user, roles: [], joined_at: new Date().toISOString() };
    gateway.dispatch({ applicationId: bot.applicationId, guildId, type: 'GUILD_MEMBER_ADD', data });
  }
}

function hasNothingUnconfirmed(metrics: string): boolean {
  return /^bot_gateway_unconfirmed 0$/m.test(metrics) && !/^bot_shard_lag\{[^}]*\} [1-9]/m.test(metrics);
}
