import { setTimeout as delay } from 'node:timers/promises';
import { done } from '@arrakis/broker';
import { decodeDeadLetter } from '@arrakis/protocol';
import type { InteractionHandle } from '@arrakis/simulator';
import { recordFault, redisContents, testServices, waitFor, type AppProcess } from '@arrakis/testkit';
import { SecretSearch } from './secret-search.ts';
import { Trial } from './trial.ts';

/** How interactions come, and how workers die meanwhile. */
export interface KillsPlan {
  readonly interactions: number;
  /** At most: on a machine that is busy with something else, only as many as it can acknowledge. */
  readonly perSecond: number;
  readonly workers: number;
  /** Until the next is killed after all are ready again, in ms: at most. */
  readonly pauseMs: number;
  /** Settings of workers and ingestor that are not as usual. */
  readonly settings?: NodeJS.ProcessEnv;
}

/** What became of the interactions. */
export interface KillsReport {
  readonly kills: number;
  /** Their handler has come to its last effect. */
  readonly answered: number;
  /** By the kind of the failure. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Ids of those that are neither. */
  readonly lost: readonly string[];
  /** Messages that were left in queues, and the like. */
  readonly faults: readonly string[];
  /** Follow-ups beyond the first of an interaction: Discord recognises none. */
  readonly followUpsTwice: number;
  /** Callbacks that Discord refused, since there had been one (40060). */
  readonly callbacksRefused: number;
  /** Pieces of tokens in logs, Redis, dead letters and metrics. */
  readonly secretsFound: number;
  /** Pieces of tokens in the paths of requests, where they belong: the search finds what is there. */
  readonly secretsInPaths: number;
  /** All of it in a line, for the reader. */
  readonly note: string;
}

/** Interactions are deferred and answered, while workers are killed at random moments and replaced. */
export async function answerWhileKilled(
  plan: KillsPlan,
  task: Parameters<typeof recordFault>[0],
): Promise<KillsReport> {
  const settings = { LOG_LEVEL: 'trace', ...plan.settings };
  await using trial = await Trial.prepare({ keepDeadLetters: true, settings });
  await using examination = await Examination.begin(trial);
  await trial.startReady({ WORKER_SYNC_COMMANDS: 'true' });
  await Promise.all(Array.from({ length: plan.workers - 1 }, () => trial.startReady()));
  const ingestor = trial.startIngestor();
  await ingestor.ready();
  trial.discord.rest.addFault({ latencyMs: [20, 80] });
  const asking = ask(trial, examination, plan);
  const kills = await killUntil(asking, trial, plan);
  trial.faultEnds();
  const isSettled = ({ id, followUps }: Asked) => followUps() > 0 || examination.deadLetters.has(id);
  await waitFor(() => examination.asked.every(isSettled), { what: 'all outcomes', timeoutMs: 240_000 }).catch(
    () => undefined,
  );
  await examination.look([ingestor, ...trial.workers]);
  const { faults, recoveryMs } = await trial.settle(task);
  for (const { lines } of [ingestor, ...trial.workers]) examination.search.search(lines.join('\n'));
  const report = examination.report({ kills, faults });
  // Discord recognises no follow-up: the note tells of those that are there twice.
  recordFault(task, { lost: report.lost.length, recoveryMs, note: report.note });
  return report;
}

/** An interaction, as far as it is looked at. */
interface Asked {
  readonly id: string;
  /** How many there are by now. */
  readonly followUps: () => number;
}

/**
 * How many interactions wait for their callback at most. Workers that have a processor leave a few waiting; of those that
 * have little of it, more would wait for longer than Discord does.
 */
const mostPending = 20;

/** Uses the command again and again. */
async function ask(trial: Trial, examination: Examination, { interactions, perSecond }: KillsPlan): Promise<void> {
  const { discord } = trial;
  const [guildId = ''] = discord.world.guilds;
  const userId = discord.world.guild(guildId).members.find(({ user }) => user.bot !== true)?.user.id ?? '';
  const startedAt = performance.now();
  for (let asked = 0; asked < interactions; asked += 1) {
    await delay(Math.max(0, startedAt + (asked / perSecond) * 1_000 - performance.now()));
    await waitFor(() => examination.pending < mostPending, { what: 'callbacks', timeoutMs: 60_000 });
    examination.follow(discord.interactions.slash({ guildId, userId, name: 'ask' }));
  }
}

/** How many were killed. Mostly one at a time, sometimes two; the next when all are ready again. */
async function killUntil(asking: Promise<void>, trial: Trial, { pauseMs }: KillsPlan): Promise<number> {
  let kills = 0;
  const over = new AbortController();
  const end = asking.finally(() => over.abort());
  while (!over.signal.aborted) {
    await delay(Math.random() * pauseMs);
    const running = trial.workers.filter((worker) => worker.running);
    const victims = running.toSorted(() => Math.random() - 0.5).slice(0, Math.random() < 0.25 ? 2 : 1);
    await Promise.all(victims.map((victim) => victim.end('SIGKILL')));
    await Promise.all(victims.map(() => trial.startReady()));
    kills += victims.length;
  }
  await end;
  return kills;
}

/** How often Redis and the metrics are looked at meanwhile, in ms. */
const lookEveryMs = 3_000;

/** Everything in which no token may stand, and what became of the interactions. */
class Examination implements AsyncDisposable {
  readonly asked: Asked[] = [];
  /** Ids of interactions, with the kind of the failure. */
  readonly deadLetters = new Map<string, string>();
  readonly search = new SecretSearch();
  readonly #trial: Trial;
  readonly #redisUrl: string;
  readonly #over = new AbortController();
  #pending = 0;
  #looking: Promise<void> | undefined;

  private constructor(trial: Trial, redisUrl: string) {
    this.#trial = trial;
    this.#redisUrl = redisUrl;
    const [bot] = trial.discord.bots;
    this.search.add(bot?.token ?? '');
  }

  static async begin(trial: Trial): Promise<Examination> {
    const { redisUrl } = await testServices();
    const examination = new Examination(trial, redisUrl);
    examination.#takeDeadLetters();
    examination.#looking = examination.#lookAgain();
    return examination;
  }

  /** How many interactions wait for their callback. */
  get pending(): number {
    return this.#pending;
  }

  follow(interaction: InteractionHandle): void {
    this.search.add(interaction.token);
    this.asked.push({ id: interaction.id, followUps: () => interaction.followUpIds().length });
    void this.#awaitCallback(interaction);
  }

  /** Searches all that is in Redis, and the metrics of these processes. */
  async look(processes: readonly AppProcess[]): Promise<void> {
    for (const content of await redisContents(this.#redisUrl)) this.search.search(content);
    for (const { text } of await Promise.all(processes.map((each) => each.get('/metrics')))) this.search.search(text);
  }

  report({ kills, faults }: Pick<KillsReport, 'kills' | 'faults'>): KillsReport {
    const { discord } = this.#trial;
    const followUps = this.asked.map((each) => each.followUps());
    const answered = followUps.filter((count) => count > 0).length;
    const lost = this.asked.filter((each) => each.followUps() === 0 && !this.deadLetters.has(each.id));
    const deadLetters = Object.fromEntries(
      [...Map.groupBy(this.deadLetters.values(), (kind) => kind)].map(([kind, all]) => [kind, all.length]),
    );
    const followUpsTwice = followUps.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
    const callbacksRefused = discord.rest.statistics().errors[40_060] ?? 0;
    const { found: secretsFound, searched } = this.search;
    for (const { path } of discord.recording.requests()) this.search.search(path);
    const note = [
      `${this.asked.length} interactions, ${kills} workers killed: ${answered} answered`,
      `dead letters ${JSON.stringify(deadLetters)}`,
      `${lost.length} without an outcome`,
      `${followUpsTwice} follow-ups twice`,
      `${callbacksRefused} callbacks refused (40060)`,
      `${secretsFound} pieces of tokens in ${Math.round(searched / 1e6)} MB of logs, Redis, dead letters and metrics`,
    ].join(', ');
    const secretsInPaths = this.search.found - secretsFound;
    const ids = lost.map(({ id }) => id);
    return {
      kills,
      answered,
      deadLetters,
      lost: ids,
      faults,
      followUpsTwice,
      callbacksRefused,
      secretsFound,
      secretsInPaths,
      note,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#looking;
  }

  async #awaitCallback(interaction: InteractionHandle): Promise<void> {
    this.#pending += 1;
    // After three seconds it is too late for one: then the interaction has failed, and waits no more.
    await interaction.answered().catch(() => undefined);
    this.#pending -= 1;
  }

  #takeDeadLetters(): void {
    const { broker } = this.#trial;
    broker.consume({
      queue: broker.names.deadLetters,
      prefetch: 10,
      handle: async (delivery) => {
        this.search.search(`${delivery.body.toString()} ${JSON.stringify(delivery.properties)}`);
        const { id = 'unknown', error } = decodeDeadLetter(delivery);
        this.deadLetters.set(id, error.kind);
        return done;
      },
    });
  }

  async #lookAgain(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
      await this.look(this.#trial.workers.filter((worker) => worker.running));
    }
  }
}
