import { hash } from 'node:crypto';
import { Redis } from 'ioredis';

export interface StateOptions {
  /** `redis://` or `rediss://`, with user, password and database. */
  readonly url: string;
  /** First segment of every key. */
  readonly namespace: string;
  /** Every key belongs to one bot, and to one slot of a cluster. */
  readonly applicationId: string;
  /** Told when Redis is lost or found again. */
  readonly onAvailability?: (available: boolean, cause?: Error) => void;
}

/** Redis cannot be reached, or did not answer in time. Nothing is known of what the command did. */
export class StateUnavailableError extends Error {
  override readonly name = 'StateUnavailableError';
  readonly kind = 'state-unavailable';
  readonly retryable = true;
}

/** A script that Redis keeps, so that only its hash is sent. */
export interface LuaScript {
  readonly source: string;
  readonly sha: string;
}

/** Names a script for {@link StateConnection.call}. */
export function luaScript(source: string): LuaScript {
  return { source, sha: hash('sha1', source) };
}

/** How long a command may take, in ms; then it counts as failed and the caller goes on in its own way. */
const commandTimeoutMs = 2_000;

/** How long a failed command tells of a Redis that cannot be used, in ms, when none comes after it. */
const failureTellsMs = 5_000;

/**
 * The connection: reconnects for ever with capped, jittered backoff, and fails commands at once while it is lost,
 * since whoever asks has something better to do than to wait without an end.
 */
export class StateConnection {
  readonly redis: Redis;
  readonly #prefix: string;
  readonly #namespace: string;
  /** Of the connection. */
  #lastFailure: Error | undefined;
  /** The last command, when it has failed: a Redis may be connected and silent, or have no memory left. */
  #failedCommand: { readonly reason: string; readonly at: number } | undefined;

  constructor({ url, namespace, applicationId, onAvailability = () => undefined }: StateOptions) {
    this.#namespace = namespace;
    this.#prefix = `${namespace}:{${applicationId}}:`;
    this.redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: commandTimeoutMs,
      connectTimeout: 5_000,
      // After a failover the former primary only reads: the way to the new one is a new connection.
      reconnectOnError: (cause) => cause.message.includes('READONLY'),
      retryStrategy: (attempt) => Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2),
    });
    // Every failed attempt to connect closes a connection: only changes are told.
    let available: boolean | undefined;
    const tell = (now: boolean, cause?: Error) => {
      if (available !== now) onAvailability(now, cause);
      available = now;
    };
    this.redis.on('ready', () => {
      this.#lastFailure = undefined;
      tell(true);
    });
    this.redis.on('error', (cause: Error) => (this.#lastFailure = cause));
    this.redis.on('close', () => tell(false, this.#lastFailure));
  }

  /** The full name of a key. */
  key(...parts: readonly string[]): string {
    return this.#prefix + parts.join(':');
  }

  /** The full name of a key that belongs to no bot alone. */
  sharedKey(owner: string, ...parts: readonly string[]): string {
    return `${this.#namespace}:{${owner}}:${parts.join(':')}`;
  }

  /** Why Redis cannot be used now; undefined when it can. */
  whyUnavailable(): string | undefined {
    const { reason, at = -Infinity } = this.#failedCommand ?? {};
    return this.#whyDisconnected() ?? (performance.now() - at < failureTellsMs ? reason : undefined);
  }

  /** Resolves when Redis can be used; rejects when `signal` is aborted before. */
  async untilAvailable(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.redis.status === 'ready') return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal.reason);
    this.redis.once('ready', resolve);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      this.redis.off('ready', resolve);
      signal.removeEventListener('abort', abort);
    }
  }

  /**
   * Runs commands and names their failure.
   * @throws {StateUnavailableError}
   */
  async run<Result>(commands: (redis: Redis) => Promise<Result>): Promise<Result> {
    const disconnected = this.#whyDisconnected();
    if (disconnected !== undefined) throw new StateUnavailableError(disconnected, { cause: this.#lastFailure });
    try {
      const result = await commands(this.redis);
      this.#failedCommand = undefined;
      return result;
    } catch (cause) {
      const reason = `Redis could not be asked: ${cause instanceof Error ? cause.message : String(cause)}`;
      this.#failedCommand = { reason, at: performance.now() };
      throw new StateUnavailableError(reason, { cause });
    }
  }

  /**
   * Runs a script on keys given by their parts; they share a slot of a cluster.
   * @throws {StateUnavailableError}
   */
  eval(script: string, keys: readonly (readonly string[])[], args: readonly (string | number)[]): Promise<unknown> {
    const names = keys.map((parts) => this.key(...parts));
    return this.run((redis) => redis.eval(script, names.length, ...names, ...args));
  }

  /**
   * Runs a script that Redis knows by its hash, on keys in full; a Redis that does not know it yet is told.
   * @throws {StateUnavailableError}
   */
  call(script: LuaScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.run(async (redis) => {
      try {
        return await redis.evalsha(script.sha, keys.length, ...keys, ...args);
      } catch (cause) {
        if (!(cause instanceof Error && cause.message.startsWith('NOSCRIPT'))) throw cause;
        return redis.eval(script.source, keys.length, ...keys, ...args);
      }
    });
  }

  close(): void {
    // An end that was asked for is no loss.
    this.redis.removeAllListeners('close');
    this.redis.disconnect();
  }

  #whyDisconnected(): string | undefined {
    if (this.redis.status === 'ready') return undefined;
    return `Redis is not connected${this.#lastFailure === undefined ? '' : `: ${this.#lastFailure.message}`}`;
  }
}
