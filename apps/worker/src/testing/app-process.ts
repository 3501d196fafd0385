import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** How long an app may take until it is ready, in ms. */
const readyWithinMs = 20_000;

/** An app as in production: a process of its own, with its settings in the environment. */
export class AppProcess implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #name: string;

  /** `main`: the app's main module, relative to this folder. */
  constructor(main: string, env: NodeJS.ProcessEnv) {
    this.#name = main;
    this.#child = spawn(process.execPath, ['--conditions=source', fileURLToPath(new URL(main, import.meta.url))], {
      env: { HEALTH_HOST: '127.0.0.1', HEALTH_PORT: '0', APP_ENV: 'test', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
  }

  /** Waits until `/readyz` says so. */
  async ready(): Promise<void> {
    const giveUpAt = performance.now() + readyWithinMs;
    while ((await this.get('/readyz')).status !== 200) {
      const ended = this.#child.exitCode !== null;
      if (ended || performance.now() > giveUpAt) {
        throw new Error(`${this.#name} is not ready. It said:\n${this.lines.join('\n')}`);
      }
      await delay(25);
    }
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const port = this.lines.map((line) => /"healthPort":(\d+)/.exec(line)?.[1]).find((found) => found !== undefined);
    const response = port === undefined ? undefined : await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response?.status ?? 0, text: (await response?.text()) ?? '' };
  }

  /** The value of a metric with exactly these labels; 0 when it is not there. */
  async metric(nameAndLabels: string): Promise<number> {
    const { text } = await this.get('/metrics');
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${nameAndLabels} `));
    return Number(line?.slice(nameAndLabels.length) ?? 0);
  }

  /** Ends it; resolves to its exit code, null when the signal killed it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close');
      this.#child.kill(signal);
      await closed;
    }
    return this.#child.exitCode;
  }

  /** Waits until it has ended by itself. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
