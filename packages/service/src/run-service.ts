import { setTimeout as delay } from 'node:timers/promises';
import { Health } from './health.ts';
import { LogOutput } from './log-output.ts';
import { createLog, withoutSecrets, written, type Logger } from './log.ts';
import { Metrics } from './metrics.ts';
import { SettingsError } from './settings.ts';

/** Settings of {@link serviceSettings}, as far as a service itself needs them. */
export interface ServiceSettings {
  readonly LOG_LEVEL: string;
  readonly HEALTH_HOST: string;
  readonly HEALTH_PORT: number;
}

/** What a running service has at hand. */
export interface Service {
  readonly name: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Aborted when the shutdown begins. */
  readonly signal: AbortSignal;
  /** Whether it ends because of a failure, as {@link fail} or an uncaught error tells. */
  readonly failing: boolean;
  /**
   * Registers the release of what has just been acquired. Releases run last in, first out, each within its
   * limit in ms; what does not end in time is logged and left.
   */
  defer(name: string, limitMs: number, release: () => Promise<void> | void): void;
  /** Ends the service because it cannot go on; the process exits with code 1. */
  fail(cause: Error): void;
}

/** Exit codes: 0 stopped as asked, 1 failed, 2 wrong settings. */
const exitCodes = { stopped: 0, failed: 1, wrongSettings: 2 } as const;

/** The whole shutdown, in ms: container platforms kill after 30 s unless told otherwise. */
const shutdownLimitMs = 25_000;

/** How long the last lines of the log may take, in ms: perhaps nobody reads them. */
const logLimitMs = 3_000;

/**
 * Runs a service to its end: settings, log, metrics, health, then `start`, until SIGTERM or SIGINT (or
 * {@link Service.fail}), then the deferred releases. Exits the process; a second signal exits at once.
 */
export async function runService<Settings extends ServiceSettings>(
  name: string,
  load: () => Settings,
  start: (service: Service, settings: Settings) => Promise<void>,
): Promise<never> {
  const settings = loadOrExit(name, load);
  const output = new LogOutput(process.stdout, (lines) =>
    log.error({ lines }, 'lines of the log are missing: nobody has read them in time'),
  );
  const log = createLog({ name, level: settings.LOG_LEVEL, destination: output });
  const lifecycle = new Lifecycle(log);
  lifecycle.listenToSignals();
  try {
    const metrics = new Metrics();
    countDropped(metrics, output);
    const health = await Health.listen({
      host: settings.HEALTH_HOST,
      port: settings.HEALTH_PORT,
      metrics,
    });
    lifecycle.defer('health', 1_000, () => health.close());
    lifecycle.signal.addEventListener('abort', () => health.announceStop());
    health.addCheck('lifecycle', () => (lifecycle.started ? undefined : 'starting'));
    lifecycle.log.info({ healthPort: health.port }, 'starting');
    await start(
      {
        name,
        log: lifecycle.log,
        metrics,
        health,
        signal: lifecycle.signal,
        get failing() {
          return lifecycle.failing;
        },
        defer: lifecycle.defer.bind(lifecycle),
        fail: lifecycle.fail.bind(lifecycle),
      },
      settings,
    );
    lifecycle.started = true;
    if (!lifecycle.signal.aborted) lifecycle.log.info({ healthPort: health.port }, 'started');
  } catch (cause) {
    lifecycle.failStart(cause instanceof Error ? cause : new Error(String(cause)));
  }
  return lifecycle.end();
}

function loadOrExit<Settings>(name: string, load: () => Settings): Settings {
  try {
    return load();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    process.stderr.write(`${name}: ${withoutSecrets(message)}\n`);
    process.exit(cause instanceof SettingsError ? exitCodes.wrongSettings : exitCodes.failed);
  }
}

function countDropped(metrics: Metrics, output: LogOutput): void {
  const name = 'bot_log_lines_dropped_total';
  metrics.counter({ name, help: 'Lines of the log that nobody has read in time, or at all' }, (counter) => {
    counter.reset();
    counter.inc(output.dropped);
  });
}

interface Release {
  readonly name: string;
  readonly limitMs: number;
  readonly release: () => Promise<void> | void;
}

/** The states of a service: starting, started, stopping (its signal is aborted), ended. */
class Lifecycle {
  readonly log: Logger;
  started = false;
  readonly #stop = new AbortController();
  readonly #releases: Release[] = [];
  #exitCode: number = exitCodes.stopped;

  constructor(log: Logger) {
    this.log = log;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get failing(): boolean {
    return this.#exitCode !== exitCodes.stopped;
  }

  defer(name: string, limitMs: number, release: () => Promise<void> | void): void {
    this.#releases.push({ name, limitMs, release });
  }

  fail(cause: Error): void {
    this.#exitCode = exitCodes.failed;
    this.log.fatal({ err: cause }, cause.message);
    this.#stop.abort();
  }

  /** The start has failed: by a wrong setting, by a fault, or because a signal ended its waits. */
  failStart(cause: Error): void {
    if (this.signal.aborted) return;
    if (!(cause instanceof SettingsError)) {
      this.fail(cause);
      return;
    }
    this.#exitCode = exitCodes.wrongSettings;
    process.stderr.write(`${withoutSecrets(cause.message)}\n`);
    this.#stop.abort();
  }

  listenToSignals(): void {
    const onSignal = (signal: NodeJS.Signals) => {
      if (this.signal.aborted) {
        this.log.warn({ signal }, 'second signal: exiting without waiting');
        process.exit(exitCodes.failed);
      }
      this.log.info({ signal }, 'stopping');
      this.#stop.abort();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('uncaughtException', (cause) => this.fail(cause));
    process.on('unhandledRejection', (cause) => this.fail(cause instanceof Error ? cause : new Error(String(cause))));
  }

  /** Waits for the stop, releases everything and exits. */
  async end(): Promise<never> {
    if (!this.signal.aborted) {
      await new Promise<void>((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    const left: string[] = [];
    const deadline = performance.now() + shutdownLimitMs;
    for (const release of this.#releases.toReversed()) {
      const limitMs = Math.max(0, Math.min(release.limitMs, deadline - performance.now()));
      if (!(await this.#runRelease(release, limitMs))) left.push(release.name);
    }
    this.log.info({ left }, left.length === 0 ? 'stopped' : 'stopped; some parts did not end in time');
    await Promise.race([written(this.log), delay(Math.max(0, Math.min(logLimitMs, deadline - performance.now())))]);
    process.exit(this.#exitCode);
  }

  async #runRelease({ name, release }: Release, limitMs: number): Promise<boolean> {
    const limit = new AbortController();
    const expired = delay(limitMs, 'expired' as const, { signal: limit.signal }).catch(() => 'expired' as const);
    try {
      return (await Promise.race([release(), expired])) !== 'expired';
    } catch (cause) {
      this.log.error({ err: cause, part: name }, `stopping ${name} failed`);
      return false;
    } finally {
      limit.abort();
    }
  }
}
