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

export interface SceneOptions {
  /** What of the simulated gateway is not as in production. */
  readonly gateway?: GatewayOptions;
  /** Settings of every ingestor of the scene. */
  readonly settings?: NodeJS.ProcessEnv;
  /** Default: the test run's own, shared with other tests. */
  readonly rabbitmqUrl?: string;
  readonly redisUrl?: string;
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
  readonly rabbitmqUrl: string;
  readonly redisUrl: string;
  readonly applicationId: string;
  /** A guild of shard 0. */
  readonly guildId: string;
  readonly #ledger: Ledger;
  readonly #settings: NodeJS.ProcessEnv;
  readonly #resources = new AsyncDisposableStack();
  #members = 0;

  private constructor(
    discord: Simulator,
    services: { rabbitmqUrl: string; redisUrl: string },
    settings: NodeJS.ProcessEnv,
  ) {
    const [bot] = discord.bots;
    if (bot === undefined) throw new Error('the simulator has a bot');
    this.discord = discord;
    this.namespace = uniqueNamespace();
    this.rabbitmqUrl = services.rabbitmqUrl;
    this.redisUrl = services.redisUrl;
    this.applicationId = bot.applicationId;
    this.guildId = bot.guildIds()[0] ?? '';
    this.#ledger = new Ledger(this.namespace);
    this.#settings = {
      DISCORD_TOKEN: bot.token,
      DISCORD_API_URL: discord.apiUrl,
      RABBITMQ_URL: services.rabbitmqUrl,
      REDIS_URL: services.redisUrl,
      ARRAKIS_NAMESPACE: this.namespace,
      ...settings,
    };
    this.#resources.defer(() => discord.stop());
    discord.recording.observeDispatches((dispatch, body) => this.#ledger.sent(dispatch, body));
  }

  static async start({ gateway, settings = {}, ...own }: SceneOptions = {}): Promise<Scene> {
    const services = { ...(await testServices()), ...own };
    const discord = await startSimulator({ guilds: 2, gateway: { identifyWindowMs: 40, ...gateway } });
    return new Scene(discord, services, settings);
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

  /** So many members join at once. */
  join(count: number): void {
    for (let joined = 0; joined < count; joined += 1) this.#joinOne();
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

  /** Waits until the ingestor has received everything and nothing of it is unconfirmed. */
  async settled(ingestor: AppProcess, timeoutMs = 20_000): Promise<void> {
    const settled = async () => {
      const behind = this.discord.gateway.sessions().some((session) => session.deliveredSequence !== session.sequence);
      if (behind || (await ingestor.get('/readyz')).status !== 200) return false;
      const { text } = await ingestor.get('/metrics');
      return /^bot_gateway_unconfirmed 0$/m.test(text) && /^bot_shard_lag\{[^}]*\} 0$/m.test(text);
    };
    await waitFor(settled, { what: 'the ingestor to have nothing unconfirmed', timeoutMs });
  }

  /** Holds what is in the queues against what was sent, once the ingestor has nothing unconfirmed. */
  async report(ingestor: AppProcess): Promise<LedgerReport> {
    await this.settled(ingestor);
    await collectQueues(this.#ledger, { url: this.rabbitmqUrl });
    return this.#ledger.report();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  #joinOne(): void {
    this.#members += 1;
    const user = { id: String(this.#members), username: `member-${this.#members}`, global_name: 'Zoë ☂ "quoted"' };
    const data = {
      guild_id: this.guildId,
      number: this.#members,
      user,
      roles: [],
      joined_at: new Date().toISOString(),
    };
    const { applicationId, guildId } = this;
    this.discord.gateway.dispatch({ applicationId, guildId, type: 'GUILD_MEMBER_ADD', data });
  }
}
