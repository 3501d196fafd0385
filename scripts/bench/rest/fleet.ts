import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CandidateProcess } from '../candidate.ts';
import type { BenchContext, Candidate } from '../suite.ts';
import type { RestDiscord } from './discord.ts';
import {
  callbacksResult,
  loadResult,
  type CallbacksResult,
  type Load,
  type LoadResult,
  type Statistics,
} from './methods.ts';

/** A program that sends requests to Discord. */
export interface RestClient extends Candidate {
  /** The script, relative to the checkout. */
  readonly entry: string;
}

export const clients = [
  { name: 'arrakis', title: 'arrakis', entry: 'scripts/bench/rest/worker.mjs' },
  { name: 'baseline', title: '@discordjs/rest', entry: 'scripts/bench/baseline/rest.mjs' },
  { name: 'bare', title: 'bare undici', entry: 'scripts/bench/baseline/undici.mjs' },
] as const satisfies readonly RestClient[];

/** Those to be measured, as far as they keep limits. */
export function limitingClients({ candidates }: Pick<BenchContext, 'candidates'>): readonly RestClient[] {
  return clients.filter((client) => client.name !== 'bare' && candidates.some(({ name }) => name === client.name));
}

export interface FleetOptions {
  readonly client: RestClient;
  readonly discord: RestDiscord;
  readonly size: number;
  readonly redisUrl?: string;
  readonly globalLimit?: number;
}

/** What a fleet has done with a load. */
export interface Carried {
  readonly results: readonly LoadResult[];
  /** What Discord has counted meanwhile, without the beginning. */
  readonly counted: Statistics;
  readonly seconds: number;
}

const startLimitMs = 30_000;

/** How long a load runs before it is looked at, in ms. */
const settleMs = 2_500;

/** Processes that ask one simulated Discord as one bot. */
export class RestFleet implements AsyncDisposable {
  readonly processes: readonly CandidateProcess[];
  readonly #discord: RestDiscord;

  private constructor(processes: readonly CandidateProcess[], discord: RestDiscord) {
    this.processes = processes;
    this.#discord = discord;
  }

  static async start(context: BenchContext, options: FleetOptions): Promise<RestFleet> {
    const { client, discord, size, redisUrl = context.services.redisUrl, globalLimit = 50 } = options;
    const { apiUrl, token, applicationId } = discord.started;
    const env = {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      DISCORD_API_URL: apiUrl,
      DISCORD_TOKEN: token,
      DISCORD_APPLICATION_ID: applicationId,
      REDIS_URL: redisUrl,
      ARRAKIS_NAMESPACE: context.newNamespace(),
      GLOBAL_LIMIT: String(globalLimit),
    };
    const { root, logFolder, signal } = context;
    const logFile = join(logFolder, `bench-rest-${client.name}.log`);
    const start = () => new CandidateProcess({ root, entry: client.entry, env, logFile, signal });
    const fleet = new RestFleet(Array.from({ length: size }, start), discord);
    // The first of many processes on two cores takes its time.
    for (const each of fleet.processes) await each.ask('run', { input: noLoad, limitMs: startLimitMs });
    return fleet;
  }

  /** Every process sends its part; what is sent at the beginning is not counted. */
  async carry(load: Load): Promise<Carried> {
    const running = Promise.all(
      this.processes.map((each) => each.ask('run', { input: load, limitMs: load.ms + 120_000 })),
    );
    await delay(settleMs);
    const [before, startedAt] = [await this.#discord.statistics(), performance.now()];
    await delay(load.ms - settleMs - 100);
    const [after, seconds] = [await this.#discord.statistics(), (performance.now() - startedAt) / 1_000];
    const results = (await running).map((result) => loadResult.parse(result));
    return { results, counted: difference(before, after), seconds };
  }

  /** Registers the command whose interactions are answered by {@link callbacks}. */
  async register(): Promise<void> {
    await this.processes[0]?.ask('register');
  }

  /** One process answers interactions; how long each callback took. */
  async callbacks(count: number): Promise<CallbacksResult> {
    const interactions = await this.#discord.interactions(count);
    return callbacksResult.parse(await this.processes[0]?.ask('callbacks', { input: interactions, limitMs: 30_000 }));
  }

  async cpuMicros(): Promise<number> {
    const usages = await Promise.all(this.processes.map((each) => each.usage()));
    return usages.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((each) => each.kill()));
  }
}

const noLoad: Load = { kind: 'member', targets: [], ms: 0, inFlight: 0 };

function difference(before: Statistics, after: Statistics): Statistics {
  const statuses = Object.entries(after.statuses).map(
    ([status, count]) => [status, count - (before.statuses[status] ?? 0)] as const,
  );
  return {
    requests: after.requests - before.requests,
    usedUpByOthers: after.usedUpByOthers - before.usedUpByOthers,
    statuses: Object.fromEntries(statuses),
    rateLimited: {
      user: after.rateLimited.user - before.rateLimited.user,
      shared: after.rateLimited.shared - before.rateLimited.shared,
      global: after.rateLimited.global - before.rateLimited.global,
    },
  };
}
