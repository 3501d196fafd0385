import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { waitFor } from './wait-for.ts';

/** How long an app may take until it is ready, in ms: several start at once on a machine with two cores. */
const readyWithinMs = 30_000;

/** Lines of the log that are kept, and that are shown when something is waited for in vain. */
const limits = { kept: 50_000, shown: 25 };

/** Given to the app as its first module: when this process is gone, however it ended, the app's input ends. */
const endWithParent = `data:text/javascript,${encodeURIComponent(
  `const end = () => process.exit(1); process.stdin.on('end', end).on('error', end).resume().unref();`,
)}`;

const logRecord = z.looseObject({ level: z.string(), msg: z.string(), time: z.iso.datetime() });

/** One record of an app's log. */
export type LogRecord = Readonly<z.infer<typeof logRecord>>;

/** What `/healthz`, `/readyz` or `/metrics` has answered; status 0 while nobody listens. */
export interface HealthAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * An app as in production: a process of its own, with its settings in the environment and nothing else from ours. It
 * runs from its sources, and ends with this process at the latest.
 */
export class AppProcess implements AsyncDisposable {
  /** What it has written, oldest first; of very much, the newest. */
  readonly lines: string[] = [];
  /** What it has logged: the lines without what is no record of a log. */
  readonly log: LogRecord[] = [];
  readonly #child: ChildProcess;
  readonly #main: string;
  /** Both outputs are then at their end too. */
  readonly #closed: Promise<unknown>;
  #port: number | undefined;

  /**
   * @param main the app's main module: `new URL('main.ts', import.meta.url)`
   * @param env its settings; the health port is a free one
   */
  constructor(main: URL, env: NodeJS.ProcessEnv) {
    this.#main = fileURLToPath(main);
    this.#child = spawn(process.execPath, ['--conditions=source', '--import', endWithParent, this.#main], {
      env: { HEALTH_HOST: '127.0.0.1', HEALTH_PORT: '0', APP_ENV: 'test', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdin?.on('error', () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#read(line));
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Its exit code; null while it runs, and when a signal has killed it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /**
   * Waits until `/readyz` says so.
   * @throws Error with the end of its log, when it has ended or takes too long.
   */
  async ready(timeoutMs = readyWithinMs): Promise<void> {
    await this.#until(async () => (await this.get('/readyz')).status === 200, { what: 'readiness', timeoutMs });
  }

  /**
   * Waits for a line of its log, those already written included.
   * @throws Error with the end of its log, when it has ended or takes too long.
   */
  async logged(pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    return this.#until(() => this.lines.find((line) => pattern.test(line)), {
      what: `a log line like ${String(pattern)}`,
      timeoutMs,
    });
  }

  /** Asks its health port; status 0 when that cannot be reached, before the start or after the end for example. */
  async get(path: string): Promise<HealthAnswer> {
    if (this.#port === undefined) return { status: 0, text: '' };
    try {
      const signal = AbortSignal.timeout(5_000);
      const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, { signal });
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  /** The value of a metric with exactly these labels: `name{label="value"}`; 0 when it is not there. */
  async metric(nameAndLabels: string): Promise<number> {
    const { text } = await this.get('/metrics');
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${nameAndLabels} `));
    return Number(line?.slice(nameAndLabels.length) ?? 0);
  }

  /** Sends a signal and waits for nothing: SIGSTOP and SIGCONT, or a SIGTERM to be watched. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it; resolves to its exit code, null when the signal killed it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.running) this.#child.kill(signal);
    return this.ended();
  }

  /** Waits until it has ended; resolves to its exit code, null when a signal killed it. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Gives up as soon as the app has ended: then nothing more is to be expected of it. */
  async #until<T>(condition: () => T | Promise<T>, wait: { readonly what: string; readonly timeoutMs: number }) {
    const over = new AbortController();
    const end = (): void => over.abort();
    this.#child.once('close', end);
    if (!this.running) end();
    try {
      return await waitFor(condition, { ...wait, signal: over.signal });
    } catch (cause) {
      const how = this.running ? `did not come to ${wait.what} in ${wait.timeoutMs} ms` : 'has ended';
      const said = this.lines.slice(-limits.shown).join('\n');
      throw new Error(`${this.#main} ${how}. It said last:\n${said}`, { cause });
    } finally {
      this.#child.off('close', end);
    }
  }

  #read(line: string): void {
    this.lines.push(line);
    const record = logRecord.safeParse(parseJson(line));
    if (record.success) this.log.push(record.data);
    for (const kept of [this.lines, this.log]) if (kept.length > limits.kept) kept.splice(0, limits.kept / 2);
    const port = /"healthPort":(\d+)/.exec(line)?.[1];
    if (port !== undefined) this.#port = Number(port);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
