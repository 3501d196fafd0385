import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator, type GatewayOptions, type Simulator } from '@arrakis/simulator';
import {
  AppProcess,
  collectQueues,
  Ledger,
  testServices,
  uniqueNamespace,
  waitFor,
  type LedgerReport,
} from '@arrakis/testkit';

export interface FleetSceneOptions {
  readonly gateway?: GatewayOptions;
  /** How many bots the simulated Discord knows; default 1. */
  readonly bots?: number;
  /** Settings of every ingestor. */
  readonly settings?: NodeJS.ProcessEnv;
}

/** Several ingestors that share the shards of one or more bots, and a ledger of every dispatch. */
export class FleetScene implements AsyncDisposable {
  readonly discord: Simulator;
  readonly redisUrl: string;
  readonly #rabbitmqUrl: string;
  readonly #ledger: Ledger;
  readonly #settings: NodeJS.ProcessEnv;
  readonly #resources = new AsyncDisposableStack();
  #members = 0;

  private constructor(
    discord: Simulator,
    services: { rabbitmqUrl: string; redisUrl: string },
    settings: NodeJS.ProcessEnv,
  ) {
    const namespace = uniqueNamespace();
    this.discord = discord;
    this.redisUrl = services.redisUrl;
    this.#rabbitmqUrl = services.rabbitmqUrl;
    this.#ledger = new Ledger(namespace);
    this.#settings = {
      DISCORD_TOKENS: discord.bots.map(({ token }) => token).join(','),
      DISCORD_API_URL: discord.apiUrl,
      RABBITMQ_URL: services.rabbitmqUrl,
      REDIS_URL: services.redisUrl,
      ARRAKIS_NAMESPACE: namespace,
      ...settings,
    };
    this.#resources.defer(() => discord.stop());
    discord.recording.observeDispatches((dispatch, body) => this.#ledger.sent(dispatch, body));
  }

  static async start({ gateway, bots = 1, settings = {} }: FleetSceneOptions = {}): Promise<FleetScene> {
    const discord = await startSimulator({
      guilds: 16,
      bots: Array.from({ length: bots }, () => ({})),
      gateway: { identifyWindowMs: 40, maxConcurrency: 32, ...gateway },
    });
    return new FleetScene(discord, await testServices(), settings);
  }

  /** Starts an ingestor; it is killed at the end of the scene. */
  start(settings: NodeJS.ProcessEnv = {}): AppProcess {
    const main = new URL('../main.ts', import.meta.url);
    return this.#resources.use(new AppProcess(main, { ...this.#settings, ...settings }));
  }

  async startReady(settings: NodeJS.ProcessEnv = {}): Promise<AppProcess> {
    const ingestor = this.start(settings);
    await ingestor.ready();
    return ingestor;
  }

  /** Members join guilds of all shards and bots, `perSecond` of them, until the function returned is called. */
  flow(perSecond: number): () => void {
    const flowing = new AbortController();
    const startedAt = performance.now();
    void (async () => {
      let count = 0;
      while (!flowing.signal.aborted) {
        for (const due = ((performance.now() - startedAt) * perSecond) / 1_000; count < due; count += 1) this.join();
        await delay(5);
      }
    })();
    this.#resources.defer(() => flowing.abort());
    return () => flowing.abort();
  }

  /** A member joins, each time another guild, and next time another bot's. */
  join(): void {
    const { bots } = this.discord;
    this.#members += 1;
    const bot = bots[this.#members % bots.length];
    const guildIds = bot?.guildIds() ?? [];
    const guildId = guildIds[Math.floor(this.#members / bots.length) % guildIds.length];
    if (bot === undefined || guildId === undefined) throw new Error('the simulated Discord has bots and guilds');
    const data = { guild_id: guildId, number: this.#members, user: { id: String(this.#members) } };
    this.discord.gateway.dispatch({ applicationId: bot.applicationId, guildId, type: 'GUILD_MEMBER_ADD', data });
  }

  /** How many shards of the ingestor are ready. */
  async shardsOf(ingestor: AppProcess): Promise<number> {
    return ingestor.metric('bot_shards{state="ready"}');
  }

  /** Waits until the ingestors have so many ready shards each. */
  async shared(counts: ReadonlyMap<AppProcess, number>, timeoutMs = 20_000): Promise<void> {
    const sharedOut = async () => {
      for (const [ingestor, count] of counts) if ((await this.shardsOf(ingestor)) !== count) return false;
      return true;
    };
    await waitFor(sharedOut, { what: `shares of ${[...counts.values()].join(', ')} shards`, timeoutMs });
  }

  /** Holds what is in the queues against what was sent, once these ingestors have nothing unconfirmed. */
  async report(...ingestors: readonly AppProcess[]): Promise<LedgerReport> {
    const settled = async () => {
      const sessions = this.discord.gateway.sessions();
      if (sessions.some((session) => session.deliveredSequence !== session.sequence)) return false;
      for (const ingestor of ingestors) {
        const { text } = await ingestor.get('/metrics');
        if (!/^bot_gateway_unconfirmed 0$/m.test(text) || /^bot_shard_lag\{[^}]*\} [1-9]/m.test(text)) return false;
      }
      return true;
    };
    await waitFor(settled, { what: 'the ingestors to have nothing unconfirmed', timeoutMs: 20_000 });
    await collectQueues(this.#ledger, { url: this.#rabbitmqUrl });
    return this.#ledger.report();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
