import { join } from 'node:path';
import { CandidateProcess, type Usage } from '../candidate.ts';
import { Discord } from '../discord/discord.ts';
import type { Bot } from '../discord/methods.ts';
import { environmentOf } from '../environment.ts';
import { Queues } from '../queues.ts';
import type { BenchContext } from '../suite.ts';
import { chosenIngestors, type Ingestor } from './candidates.ts';

/** How long a candidate may take until all its shards are connected, in ms. */
const connectLimitMs = 60_000;

/** What a load has cost a candidate. */
export interface Cost {
  readonly events: number;
  /** From the first frame sent until the last event was counted in the queues. */
  readonly seconds: number;
  readonly cpuMicros: number;
}

interface ContestantParts {
  readonly candidate: Ingestor;
  readonly context: BenchContext;
  readonly discord: Discord;
  readonly bot: Bot;
  readonly shards: number;
}

/** A candidate with a bot, a namespace and queues of its own. */
export class Contestant implements AsyncDisposable {
  readonly candidate: Ingestor;
  readonly bot: Bot;
  readonly queues: Queues;
  readonly discord: Discord;
  readonly #context: BenchContext;
  readonly #shards: number;
  readonly #namespace: string;
  #process: CandidateProcess | undefined;

  private constructor(parts: ContestantParts, namespace: string, queues: Queues) {
    this.candidate = parts.candidate;
    this.bot = parts.bot;
    this.discord = parts.discord;
    this.queues = queues;
    this.#context = parts.context;
    this.#shards = parts.shards;
    this.#namespace = namespace;
  }

  static async open(parts: ContestantParts): Promise<Contestant> {
    const namespace = parts.context.newNamespace();
    return new Contestant(parts, namespace, await Queues.open(parts.context.services.rabbitmqUrl, namespace));
  }

  get process(): CandidateProcess {
    if (this.#process === undefined) throw new Error(`${this.candidate.name} has not been started`);
    return this.#process;
  }

  /** Starts its process, without waiting for anything. */
  spawn(): CandidateProcess {
    const { root, logFolder, signal } = this.#context;
    const logFile = join(logFolder, `bench-${this.candidate.name}.log`);
    const env = environmentOf({
      services: this.#context.services,
      discord: this.discord,
      bot: this.bot,
      shards: this.#shards,
      namespace: this.#namespace,
    });
    this.#process = new CandidateProcess({ root, entry: this.candidate.entry, env, logFile, signal });
    return this.#process;
  }

  /** Starts its process and waits until all its shards are connected. */
  async start(): Promise<void> {
    const process = this.spawn();
    const limit = AbortSignal.any([this.#context.signal, AbortSignal.timeout(connectLimitMs)]);
    try {
      await this.discord.untilConnected(this.bot, { sessions: this.#shards, signal: limit });
    } catch (cause) {
      this.#context.signal.throwIfAborted();
      throw new Error(`${this.candidate.name} did not connect. It said last:\n${await process.output()}`, { cause });
    }
  }

  usage(): Promise<Usage> {
    return this.process.usage();
  }

  /**
   * Sends frames and waits until the event of each is in a queue.
   * @throws Error when some do not arrive.
   */
  async carry(load: { readonly count: number; readonly rate?: number; readonly guilds: boolean }): Promise<Cost> {
    const { applicationId } = this.bot;
    const before = await this.usage();
    const counted = this.queues.counted;
    const startedAt = performance.now();
    await this.discord.load({ applicationId, interactions: true, ...load });
    const arrived = (await this.queues.until(counted + load.count, this.#context.signal)) - counted;
    if (arrived !== load.count) {
      throw new Error(`${this.candidate.name} brought ${arrived} of ${load.count} events into the queues`);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = await this.usage();
    return { events: load.count, seconds, cpuMicros: after.cpuMicros - before.cpuMicros };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.stop();
    await this.queues[Symbol.asyncDispose]();
  }
}

/** A simulated Discord and the candidates that are connected to it. */
export class Arena implements AsyncDisposable {
  readonly contestants: readonly Contestant[];
  readonly #stack: AsyncDisposableStack;

  private constructor(contestants: readonly Contestant[], stack: AsyncDisposableStack) {
    this.contestants = contestants;
    this.#stack = stack;
  }

  /** @param candidates - none of which is started yet */
  static async open(
    context: BenchContext,
    { candidates = chosenIngestors(context), shards = 1 }: { candidates?: readonly Ingestor[]; shards?: number } = {},
  ): Promise<Arena> {
    await using stack = new AsyncDisposableStack();
    const discord = stack.use(
      await Discord.start({ bots: candidates.length, shards, guilds: 0, signal: context.signal }),
    );
    const contestants: Contestant[] = [];
    for (const [index, candidate] of candidates.entries()) {
      const bot = discord.bots[index];
      if (bot === undefined) throw new Error('the simulated Discord has too few bots');
      contestants.push(stack.use(await Contestant.open({ candidate, context, discord, bot, shards })));
    }
    return new Arena(contestants, stack.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}
