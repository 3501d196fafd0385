import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface AppOptions {
  readonly root: string;
  /** `ingestor` or `worker`: a folder of `apps/`. */
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  /** The app's own log, whole. */
  readonly logFile: string;
  /** Runs it from its sources rather than from what was built of them. */
  readonly fromSources?: boolean;
  /** Told every line of the log. */
  readonly onLine?: (line: string) => void;
}

/** Lines of the log kept to be shown when the app fails. */
const keptLines = 15;

/** How long an app may take to end before it is killed, in ms. */
const stopLimitMs = 8_000;

/** How Node runs sources. Older 24.x announce on every start that they strip types. */
const sourceFlags = ['--conditions=source', '--disable-warning=ExperimentalWarning'];

/** An app as a process of its own, as in production: `node apps/<name>/dist/main.js` with settings from the environment. */
export class AppProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lastLines: string[] = [];
  readonly #listening = Promise.withResolvers<number>();
  /** Resolves with the exit code when the process has ended. */
  readonly ended: Promise<number>;
  readonly #onLine: (line: string) => void;
  #port: number | undefined;

  constructor({ root, name, env, logFile, fromSources = false, onLine = () => undefined }: AppOptions) {
    this.name = name;
    this.#onLine = onLine;
    const main = fromSources ? [...sourceFlags, `apps/${name}/src/main.ts`] : [`apps/${name}/dist/main.js`];
    const preload = fileURLToPath(new URL('end-with-parent.mjs', import.meta.url));
    this.#child = spawn(process.execPath, ['--import', preload, ...main], {
      cwd: root,
      env: { ...env, HEALTH_HOST: '127.0.0.1', HEALTH_PORT: '0' },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C in the terminal reaches us alone, and we end the apps in order.
      detached: true,
    });
    this.#child.stdin?.on('error', () => undefined);
    const log = createWriteStream(logFile, { flags: fromSources ? 'a' : 'w' });
    log.on('error', (cause) => console.error(`The log of ${name} cannot be written: ${cause.message}`));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#read(line, log));
    }
    this.ended = once(this.#child, 'close').then(() => {
      log.end();
      this.#listening.reject(new Error(`${name} ended before it was ready`));
      return this.#child.exitCode ?? 1;
    });
    this.#listening.promise.catch(() => undefined);
  }

  /** Base of `/healthz`, `/readyz` and `/metrics`; undefined until the app listens. */
  get healthUrl(): string | undefined {
    return this.#port === undefined ? undefined : `http://127.0.0.1:${this.#port}`;
  }

  /** The last lines that the app has written. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Resolves when the app says that it can do its job.
   * @throws when it ends before, or `signal` is aborted.
   */
  async ready(signal: AbortSignal): Promise<void> {
    const port = await Promise.race([this.#listening.promise, rejectOnAbort(signal)]);
    while (this.running) {
      signal.throwIfAborted();
      const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal }).catch(() => undefined);
      if (response?.ok === true) return;
      await delay(50, undefined, { signal });
    }
    throw new Error(`${this.name} ended before it was ready`);
  }

  /** The text of `/metrics`; empty when it cannot be had. */
  async metrics(): Promise<string> {
    if (this.healthUrl === undefined || !this.running) return '';
    try {
      const response = await fetch(`${this.healthUrl}/metrics`, { signal: AbortSignal.timeout(1_000) });
      return await response.text();
    } catch {
      return '';
    }
  }

  /** Ends the app as a container platform does: SIGTERM, and SIGKILL when it takes too long. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.#child.kill('SIGTERM');
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMs);
    await this.ended;
    clearTimeout(limit);
  }

  #read(line: string, log: NodeJS.WritableStream): void {
    log.write(`${line}\n`);
    this.#onLine(line);
    this.#lastLines.push(line);
    if (this.#lastLines.length > keptLines) this.#lastLines.shift();
    const port = /"healthPort":(\d+)/.exec(line)?.[1];
    if (port === undefined || this.#port !== undefined) return;
    this.#port = Number(port);
    this.#listening.resolve(this.#port);
  }
}

async function rejectOnAbort(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
