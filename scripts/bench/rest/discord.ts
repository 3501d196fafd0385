import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FaultOptions, LimitOptions } from '@arrakis/simulator';
import { Remote } from '../remote.ts';
import { interactionsResult, startResult, statisticsResult, type Started, type Statistics } from './methods.ts';

/** The simulated Discord's REST API in a process of its own, that cannot outlive this one. */
export class RestDiscord implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #remote: Remote;
  readonly started: Started;

  private constructor(child: ChildProcess, remote: Remote, started: Started) {
    this.#child = child;
    this.#remote = remote;
    this.started = started;
  }

  static async start({ guilds, signal }: { guilds: number; signal: AbortSignal }): Promise<RestDiscord> {
    const child = fork(fileURLToPath(new URL('discord-main.ts', import.meta.url)), {
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
      detached: true,
      signal,
      killSignal: 'SIGKILL',
    });
    const remote = new Remote(child);
    const started = startResult.parse(await remote.ask('start', { input: { guilds }, limitMs: 30_000 }));
    return new RestDiscord(child, remote, started);
  }

  /** From now on these limits hold, with nothing used up. */
  async setLimits(limits: LimitOptions): Promise<void> {
    await this.#remote.ask('setLimits', { input: limits });
  }

  /** From now on these things go wrong, and no others. */
  async setFaults(faults: readonly FaultOptions[]): Promise<void> {
    await this.#remote.ask('setFaults', { input: faults });
  }

  /** Counts since the start. */
  async statistics(): Promise<Statistics> {
    return statisticsResult.parse(await this.#remote.ask('statistics'));
  }

  /** A member uses a command so often at once; the callbacks are due within three seconds. */
  async interactions(count: number): Promise<readonly { id: string; token: string }[]> {
    return interactionsResult.parse(await this.#remote.ask('interactions', { input: { count } }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
