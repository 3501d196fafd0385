import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Remote } from './remote.ts';

const usage = z.object({ cpuMicros: z.number(), rssBytes: z.number(), peakRssBytes: z.number() });

/** What a process has used since its start: user and system CPU time of all threads, and resident memory. */
export type Usage = z.output<typeof usage>;

export interface CandidateOptions {
  readonly root: string;
  /** The script, relative to `root`. */
  readonly entry: string;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Both outputs are appended here. */
  readonly logFile: string;
  /** Kills it. */
  readonly signal: AbortSignal;
}

const preload = fileURLToPath(new URL('measured.mjs', import.meta.url));
const stopLimitMs = 10_000;
const profileLimitMs = 60_000;

/** A program whose cost is measured, as a process of its own that cannot outlive this one. */
export class CandidateProcess implements AsyncDisposable {
  /** When it was started, in `Date.now()` milliseconds. */
  readonly startedAt = Date.now();
  readonly #child: ChildProcess;
  readonly #remote: Remote;
  readonly #logFile: string;

  constructor({ root, entry, env, logFile, signal }: CandidateOptions) {
    this.#logFile = logFile;
    const log = openSync(logFile, 'a');
    try {
      this.#child = spawn(process.execPath, ['--import', preload, entry], {
        cwd: root,
        env,
        stdio: ['ignore', log, log, 'ipc'],
        // A process group of its own: Ctrl-C in the terminal reaches us alone, and the channel's end takes care of it.
        detached: true,
        signal,
        killSignal: 'SIGKILL',
      });
    } finally {
      closeSync(log);
    }
    this.#remote = new Remote(this.#child);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async usage(): Promise<Usage> {
    return usage.parse(await this.#remote.ask('usage'));
  }

  /** Asks for what the script itself offers by `answer`. */
  ask(method: string, question: { input?: unknown; limitMs?: number } = {}): Promise<unknown> {
    return this.#remote.ask(method, question);
  }

  async startProfile(): Promise<void> {
    await this.#remote.ask('startProfile', { limitMs: profileLimitMs });
  }

  /** Writes the profile in V8's format, which Chrome's developer tools and speedscope open. */
  async stopProfile(file: string): Promise<void> {
    await this.#remote.ask('stopProfile', { input: file, limitMs: profileLimitMs });
  }

  /** The end of what it has printed. */
  async output(lines = 15): Promise<string> {
    return (await readFile(this.#logFile, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** SIGKILL: what a crash or a lost machine does to it. */
  async kill(): Promise<void> {
    if (!this.running) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Ends it as a container platform does: SIGTERM, and SIGKILL when it takes too long. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMs);
    await ended;
    clearTimeout(limit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
