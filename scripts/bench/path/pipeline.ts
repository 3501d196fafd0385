import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { CandidateProcess } from '../candidate.ts';
import { Discord } from '../discord/discord.ts';
import type { Answers, Bot } from '../discord/methods.ts';
import { environmentOf } from '../environment.ts';
import { Queues } from '../queues.ts';
import type { BenchContext } from '../suite.ts';
import { chosenRelays, type Relay } from './candidates.ts';

/** How many events are worked on at a time, and each consumer's prefetch: Arrakis' default. */
const concurrency = 100;

/** How long both processes may take until they are connected, in ms. */
const startLimitMs = 30_000;

/** How long a load may take beyond what its rate says, in ms. */
const carryLimitMs = 120_000;

/** How long the broker has for the last acknowledgements, which it does not answer, in ms. */
const settleMs = 500;

const progress = z.object({ firstAt: z.number(), lastAt: z.number(), count: z.number() });

/** When a consumer handled its first and its last event so far, in `Date.now()` milliseconds, and how many. */
export type Progress = z.output<typeof progress>;

/** Events that are sent in one go; without a rate as fast as they are taken. */
export interface Load {
  readonly count: number;
  readonly rate?: number;
}

/** What a load has cost. */
export interface Cost {
  readonly events: number;
  /** From the first event sent until the last was handled. */
  readonly seconds: number;
  readonly publisherMicros: number;
  readonly consumerMicros: number;
}

interface PipelineParts {
  readonly relay: Relay;
  readonly context: BenchContext;
  readonly discord: Discord;
  readonly bot: Bot;
}

/** A candidate with a bot and queues of its own: a publisher, the broker, a consumer. */
export class Pipeline implements AsyncDisposable {
  readonly relay: Relay;
  readonly bot: Bot;
  readonly discord: Discord;
  readonly queues: Queues;
  readonly #context: BenchContext;
  readonly #namespace: string;
  readonly #processes: CandidateProcess[] = [];
  #publisher: CandidateProcess | undefined;
  #consumer: CandidateProcess | undefined;
  #sent = 0;

  private constructor({ relay, context, discord, bot }: PipelineParts, namespace: string, queues: Queues) {
    this.relay = relay;
    this.bot = bot;
    this.discord = discord;
    this.queues = queues;
    this.#context = context;
    this.#namespace = namespace;
  }

  static async open(parts: PipelineParts): Promise<Pipeline> {
    const namespace = parts.context.newNamespace();
    return new Pipeline(parts, namespace, await Queues.open(parts.context.services.rabbitmqUrl, namespace));
  }

  get publisher(): CandidateProcess {
    return started(this.#publisher);
  }

  get consumer(): CandidateProcess {
    return started(this.#consumer);
  }

  /** Starts the publisher and the consumer, and waits until both are connected. */
  async start(): Promise<void> {
    this.#publisher = this.#spawn(this.relay.publisher);
    this.#consumer = this.#spawn(this.relay.consumer);
    const signal = AbortSignal.any([this.#context.signal, AbortSignal.timeout(startLimitMs)]);
    try {
      if (this.relay.fromGateway) await this.discord.untilConnected(this.bot, { sessions: 1, signal });
      while (!(await this.queues.areConsumed())) await delay(50, undefined, { signal });
    } catch (cause) {
      this.#context.signal.throwIfAborted();
      const output = await this.publisher.output();
      throw new Error(`${this.relay.name} was not connected. Its log ends so:\n${output}`, { cause });
    }
  }

  /** Starts the consumer alone, without waiting for anything. */
  startConsumer(): CandidateProcess {
    this.#consumer = this.#spawn(this.relay.consumer);
    return this.#consumer;
  }

  /** Has events wait in the queue, whoever is going to consume them. */
  async fill(count: number): Promise<void> {
    const publisher = this.#spawn('scripts/bench/baseline/publisher.mjs');
    await publisher.ask('prepare', { input: count, limitMs: carryLimitMs });
    await publisher.ask('publish', { limitMs: carryLimitMs });
    await publisher.stop();
    this.#sent += count;
  }

  /** Waits until the consumer has handled all that was sent so far. */
  async untilHandled(limitMs = carryLimitMs): Promise<Progress> {
    return progress.parse(await this.consumer.ask('untilHandled', { input: this.#sent, limitMs }));
  }

  /** CPU time of each process since its start, in µs. */
  async usage(): Promise<{ readonly publisher: number; readonly consumer: number }> {
    const [publisher, consumer] = await Promise.all([this.publisher.usage(), this.consumer.usage()]);
    return { publisher: publisher.cpuMicros, consumer: consumer.cpuMicros };
  }

  /** Sends events and waits until all are handled. */
  async carry(load: Load): Promise<Cost> {
    const { count, rate } = load;
    const limitMs = carryLimitMs + (rate === undefined ? 0 : (count / rate) * 1_000);
    if (!this.relay.fromGateway) await this.publisher.ask('prepare', { input: count, limitMs });
    const before = await this.usage();
    const startedAt = Date.now();
    this.#sent += count;
    const [{ lastAt }] = await Promise.all([this.untilHandled(limitMs), this.#send(load, limitMs)]);
    const after = await this.usage();
    return {
      events: count,
      seconds: (lastAt - startedAt) / 1_000,
      publisherMicros: after.publisher - before.publisher,
      consumerMicros: after.consumer - before.consumer,
    };
  }

  /** Sends interactions, evenly spread, and tells how long each has taken. */
  async interact(load: { readonly count: number; readonly rate: number }): Promise<Answers> {
    if (this.relay.fromGateway) {
      return this.discord.useCommand({ applicationId: this.bot.applicationId, command: 'ping', ...load });
    }
    await this.consumer.ask('takeDelays');
    const limitMs = carryLimitMs + (load.count / load.rate) * 1_000;
    await this.publisher.ask('publishInteractions', { input: load, limitMs });
    while ((await this.queues.waiting()) > 0) await delay(50, undefined, { signal: this.#context.signal });
    const answeredMs = z.array(z.number()).parse(await this.consumer.ask('takeDelays'));
    return { answeredMs, unanswered: load.count - answeredMs.length };
  }

  /**
   * Ends both processes and looks whether each event was acknowledged, and handled once.
   * @throws Error when it was not.
   */
  async end(): Promise<void> {
    const { count } = progress.parse(await this.consumer.ask('untilHandled', { input: 0 }));
    await delay(settleMs);
    await Promise.all(this.#processes.map((process) => process.stop()));
    const waiting = await this.queues.waiting();
    if (waiting > 0 || count !== this.#sent) {
      const { name } = this.relay;
      throw new Error(`${name} handled ${count} of ${this.#sent} events, and has left ${waiting} in the queues`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
    await this.queues[Symbol.asyncDispose]();
  }

  async #send({ count, rate }: Load, limitMs: number): Promise<void> {
    if (!this.relay.fromGateway) {
      await this.publisher.ask('publish', { input: rate, limitMs });
      return;
    }
    const { applicationId } = this.bot;
    const paced = rate === undefined ? {} : { rate };
    await this.discord.load({ applicationId, count, guilds: false, interactions: false, ...paced });
  }

  #spawn(entry: string): CandidateProcess {
    const { root, services, logFolder, signal } = this.#context;
    const surroundings = { services, discord: this.discord, bot: this.bot, shards: 1, namespace: this.#namespace };
    const env = {
      ...environmentOf(surroundings),
      WORKER_EVENT_CONCURRENCY: String(concurrency),
      WORKER_SYNC_COMMANDS: 'true',
    };
    const logFile = join(logFolder, `bench-path-${this.relay.name}.log`);
    const process = new CandidateProcess({ root, entry, env, logFile, signal });
    this.#processes.push(process);
    return process;
  }
}

function started(process: CandidateProcess | undefined): CandidateProcess {
  if (process === undefined) throw new Error('the processes have not been started');
  return process;
}

/** A simulated Discord and the pipelines behind it. */
export class Pipelines implements AsyncDisposable {
  readonly all: readonly Pipeline[];
  readonly #stack: AsyncDisposableStack;

  private constructor(all: readonly Pipeline[], stack: AsyncDisposableStack) {
    this.all = all;
    this.#stack = stack;
  }

  /** @param relays - none of which is started yet */
  static async open(context: BenchContext, relays: readonly Relay[] = chosenRelays(context)): Promise<Pipelines> {
    await using stack = new AsyncDisposableStack();
    const { signal } = context;
    const discord = stack.use(await Discord.start({ bots: relays.length, shards: 1, guilds: 1, signal }));
    const all: Pipeline[] = [];
    for (const [index, relay] of relays.entries()) {
      const bot = discord.bots[index];
      if (bot === undefined) throw new Error('the simulated Discord has too few bots');
      all.push(stack.use(await Pipeline.open({ relay, context, discord, bot })));
    }
    return new Pipelines(all, stack.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}
