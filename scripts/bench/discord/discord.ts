import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Remote } from '../remote.ts';
import {
  loadResult,
  lookResult,
  startResult,
  useResult,
  type Answers,
  type Bot,
  type Load,
  type Look,
  type Setting,
  type Use,
} from './methods.ts';

/** How long a load may take beyond what its rate says, in ms. */
const loadLimitMs = 120_000;

/** The simulated Discord in a process of its own, that cannot outlive this one. */
export class Discord implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #remote: Remote;
  readonly apiUrl: string;
  readonly bots: readonly Bot[];

  private constructor(child: ChildProcess, remote: Remote, started: { apiUrl: string; bots: readonly Bot[] }) {
    this.#child = child;
    this.#remote = remote;
    this.apiUrl = started.apiUrl;
    this.bots = started.bots;
  }

  /** @param options - numbers of bots, of shards of each and of guilds, and what kills the process */
  static async start({ signal, ...input }: Setting & { signal: AbortSignal }): Promise<Discord> {
    const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), {
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
      detached: true,
      signal,
      killSignal: 'SIGKILL',
    });
    const remote = new Remote(child);
    const started = startResult.parse(await remote.ask('start', { input, limitMs: 30_000 }));
    return new Discord(child, remote, started);
  }

  /** Sends the frames of a load; resolves when all are handed to the socket. One load at a time. */
  async load(input: Load): Promise<{ dispatched: number; seconds: number }> {
    const limitMs = loadLimitMs + (input.rate === undefined ? 0 : (input.count / input.rate) * 1_000);
    return loadResult.parse(await this.#remote.ask('load', { input, limitMs }));
  }

  /** Somebody uses a command again and again; resolves when every interaction is answered or has failed. May go on beside a load. */
  async useCommand(input: Use): Promise<Answers> {
    const limitMs = loadLimitMs + (input.count / input.rate) * 1_000;
    return useResult.parse(await this.#remote.ask('useCommand', { input, limitMs }));
  }

  /** Ends the running load early. */
  async stopLoad(): Promise<void> {
    await this.#remote.ask('stopLoad');
  }

  async look({ applicationId }: Bot): Promise<Look> {
    return lookResult.parse(await this.#remote.ask('look', { input: { applicationId } }));
  }

  /** Waits until as many sessions of a bot have a connection and nothing to wait for. */
  async untilConnected(bot: Bot, { sessions, signal }: { sessions: number; signal: AbortSignal }): Promise<void> {
    while ((await this.look(bot)).caughtUp < sessions) await delay(50, undefined, { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
