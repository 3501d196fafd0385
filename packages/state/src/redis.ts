import { hash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { splitUrls } from '@arrakis/service';
import { Redis } from 'ioredis';
import { CommandWatch, silenceMs } from './command-watch.ts';
import { clientOfCluster, clientOfServer, isOfCluster, type RedisClient } from './redis-client.ts';

export interface StateOptions {
  /**
   * `redis://` or `rediss://`, with user, password and database. Of a cluster any node; or several, with commas between, so
   * that one may be away.
   */
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

/** How long a failed command tells of a Redis that cannot be used, in ms, when none comes after it. */
const failureTellsMs = 5_000;

/**
 * The connection: reconnects for ever with capped, jittered backoff, and fails commands at once while it is lost,
 * since whoever asks has something better to do than to wait without an end. A server that turns out to be a node of a
 * cluster is exchanged for that.
 */
export class StateConnection {
  readonly #prefix: string;
  readonly #namespace: string;
  readonly #urls: readonly string[];
  readonly #onAvailability: NonNullable<StateOptions['onAvailability']>;
  /** `available`: it has become so. */
  readonly #events = new EventEmitter<{ available: [] }>();
  readonly #watch = new CommandWatch(() => this.#leaveSilent());
  /** Undefined once it is closed. */
  #client: RedisClient | undefined;
  /** Ends the watch of what the client of a server asks by itself before that can be used. */
  #endHandshake = (): void => undefined;
  /** Undefined before the first attempt has ended. */
  #available: boolean | undefined;
  /** Of the connection. */
  #lastFailure: Error | undefined;
  /** The last command, when it has failed: a Redis may be connected and silent, or have no memory left. */
  #failedCommand: { readonly reason: string; readonly at: number } | undefined;

  constructor({ url, namespace, applicationId, onAvailability = () => undefined }: StateOptions) {
    this.#namespace = namespace;
    this.#prefix = `${namespace}:{${applicationId}}:`;
    this.#onAvailability = onAvailability;
    // All that waits for it is told together.
    this.#events.setMaxListeners(0);
    this.#urls = splitUrls(url);
    const [first = ''] = this.#urls;
    this.#use(this.#urls.length > 1 ? clientOfCluster(this.#urls) : clientOfServer(first));
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
    if (this.#available === true) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal.reason);
    this.#events.once('available', resolve);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      this.#events.off('available', resolve);
      signal.removeEventListener('abort', abort);
    }
  }

  /**
   * Runs commands and names their failure. They have two seconds together.
   * @throws {StateUnavailableError}
   */
  run<Result>(commands: (redis: RedisClient) => Promise<Result>): Promise<Result> {
    const client = this.#client;
    const disconnected = this.#whyDisconnected();
    if (client === undefined || disconnected !== undefined) {
      return Promise.reject(new StateUnavailableError(disconnected, { cause: this.#lastFailure }));
    }
    return this.#watched(client, commands);
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
    return this.run((redis) =>
      redis.evalsha(script.sha, keys.length, ...keys, ...args).catch((cause: unknown) => {
        if (!(cause instanceof Error && cause.message.startsWith('NOSCRIPT'))) throw cause;
        return redis.eval(script.source, keys.length, ...keys, ...args);
      }),
    );
  }

  close(): void {
    // An end that was asked for is no loss.
    const client = this.#client;
    this.#client = undefined;
    client?.disconnect();
    this.#watch.clear();
  }

  #watched<Result>(client: RedisClient, commands: (redis: RedisClient) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => {
        const reason = `Redis could not be asked: ${cause instanceof Error ? cause.message : String(cause)}`;
        this.#failedCommand = { reason, at: performance.now() };
        reject(new StateUnavailableError(reason, { cause }));
      };
      const answer = commands(client);
      const underWay = this.#watch.asked(fail);
      const succeed = (result: Result) => {
        this.#watch.answered(underWay);
        this.#failedCommand = undefined;
        resolve(result);
      };
      const refused = (cause: unknown) => {
        this.#watch.answered(underWay);
        fail(cause);
      };
      answer.then(succeed).catch(refused);
    });
  }

  #use(client: RedisClient): void {
    this.#client = client;
    if (client instanceof Redis) client.on('connect', () => this.#beginHandshake(client));
    client.on('ready', () => void this.#ready(client));
    // What a cluster says of itself says less than what its nodes do.
    client.on(client instanceof Redis ? 'error' : 'node error', (cause: Error) => (this.#lastFailure = cause));
    if (!(client instanceof Redis)) client.on('error', () => undefined);
    client.on('close', () => {
      this.#endHandshake();
      this.#tell(client, false);
    });
  }

  async #ready(client: RedisClient): Promise<void> {
    if (!(client instanceof Redis)) {
      // The node that has this bot's keys is connected before anyone needs it soon.
      await this.#watched(client, (redis) => redis.exists(this.key(''))).catch(() => undefined);
    } else if (await isOfCluster(client)) {
      if (this.#client !== client) return;
      this.#use(clientOfCluster(this.#urls));
      client.disconnect();
      return;
    }
    this.#endHandshake();
    if (client.status === 'ready') this.#tell(client, true);
  }

  /** It may take long, while Redis loads its data; but something is heard of it. */
  #beginHandshake({ stream }: Redis): void {
    const handshake = this.#watch.asked(() => undefined);
    const heard = () => this.#watch.heard();
    stream.on('data', heard);
    this.#endHandshake = () => {
      stream.off('data', heard);
      this.#watch.answered(handshake);
      this.#endHandshake = () => undefined;
    };
  }

  /** Of the nodes of a cluster, its client leaves the one that is silent. */
  #leaveSilent(): void {
    const client = this.#client;
    if (client instanceof Redis) client.stream.destroy(new Error(`nothing was heard of it for ${silenceMs} ms`));
  }

  /** Every failed attempt to connect closes a connection: only changes are told. */
  #tell(client: RedisClient, available: boolean): void {
    if (this.#client !== client || this.#available === available) return;
    this.#available = available;
    this.#onAvailability(available, available ? undefined : this.#lastFailure);
    if (!available) return;
    this.#lastFailure = undefined;
    this.#events.emit('available');
  }

  #whyDisconnected(): string | undefined {
    if (this.#client !== undefined && this.#available === true) return undefined;
    return `Redis is not connected${this.#lastFailure === undefined ? '' : `: ${this.#lastFailure.message}`}`;
  }
}
