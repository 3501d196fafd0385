import { Redis } from 'ioredis';
import { type PrivateServer, startPrivateServer } from './private-server.ts';
import { untilAnswering } from './reachability.ts';

const answerTimeoutMs = 60_000;

/** How a server is ended: `stopped` as by a deploy, saying goodbye to its clients; `killed` as by a power failure. */
export type Ending = 'stopped' | 'killed';

const endings = { stopped: 'SIGTERM', killed: 'SIGKILL' } as const;

/**
 * A RabbitMQ of one test file's own, for what the shared one must not suffer. It takes some seconds to start and to
 * restart. It keeps its address and its data through a restart.
 */
export class PrivateRabbitmq implements AsyncDisposable {
  readonly #server: PrivateServer;

  constructor(server: PrivateServer) {
    this.#server = server;
  }

  /** @throws ServicesUnavailable or Error when there is neither an installed RabbitMQ nor a container engine. */
  static async start(): Promise<PrivateRabbitmq> {
    return new PrivateRabbitmq(await startPrivateServer('rabbitmq'));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Ends the broker; nobody listens at its address then. */
  async end(how: Ending): Promise<void> {
    await this.#server.end(endings[how]);
  }

  /** Starts it again after {@link end}; resolves when it answers. */
  async start(): Promise<void> {
    await this.#server.launch();
    await untilAnswering('rabbitmq', this.url, { timeoutMs: answerTimeoutMs, signal: undefined });
  }

  /**
   * Raises or clears the memory alarm: the broker then reads nothing from connections that publish
   * (RabbitMQ docs, "Memory and disk alarms").
   */
  async alarm(on: boolean): Promise<void> {
    const memory = '{resource_limit, memory, node()}';
    const call = on ? `rabbit_alarm:set_alarm({${memory}, []}).` : `rabbit_alarm:clear_alarm(${memory}).`;
    await this.#server.tool('rabbitmqctl', 'eval', call);
  }

  /**
   * Lets every queue of a namespace, or one of them, hold at most so many messages, whatever it was declared with;
   * undefined ends that. A full queue with `reject-publish` refuses what is published (RabbitMQ docs, "Queue Length Limit").
   */
  async limitQueues(name: string, maxLength: number | undefined): Promise<void> {
    const policy = `limit of ${name}`;
    if (maxLength === undefined) {
      await this.#server.tool('rabbitmqctl', 'clear_policy', policy);
      return;
    }
    const definition = JSON.stringify({ 'max-length': maxLength });
    const pattern = `^${name.replaceAll('.', '\\.')}(\\.|$)`;
    await this.#server.tool('rabbitmqctl', 'set_policy', '--apply-to', 'queues', policy, pattern, definition);
  }

  /**
   * Channels opened from now on are closed with 406 when a consumer leaves a message unsettled for so long (RabbitMQ docs,
   * "Consumer Delivery Acknowledgement Timeout"). The broker forgets it at its end.
   */
  async limitSettling(timeoutMs: number): Promise<void> {
    // Each channel looks once in a tick whether one is late.
    const settings = { consumer_timeout: timeoutMs, channel_tick_interval: 500 };
    for (const [name, value] of Object.entries(settings)) {
      await this.#server.tool('rabbitmqctl', 'eval', `application:set_env(rabbit, ${name}, ${value}).`);
    }
  }

  /**
   * Adds a user whose permissions are regular expressions of names, and returns the URL with which it connects
   * (RabbitMQ docs, "Access Control").
   */
  async addUser(
    name: string,
    { configure, write, read }: { readonly configure: string; readonly write: string; readonly read: string },
  ): Promise<string> {
    await this.#server.tool('rabbitmqctl', 'add_user', name, name);
    await this.#server.tool('rabbitmqctl', 'set_permissions', name, configure, write, read);
    const url = new URL(this.url);
    url.username = name;
    url.password = name;
    return url.toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.remove();
  }
}

/** A Redis of one test's own; it starts in no time. It keeps its address, and its data unless told otherwise. */
export class PrivateRedis implements AsyncDisposable {
  readonly #server: PrivateServer;

  constructor(server: PrivateServer) {
    this.#server = server;
  }

  /** @throws ServicesUnavailable or Error when there is neither an installed Redis nor a container engine. */
  static async start(): Promise<PrivateRedis> {
    return new PrivateRedis(await startPrivateServer('redis'));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Ends it; nobody listens at its address then. */
  async end(how: Ending): Promise<void> {
    await this.#server.end(endings[how]);
  }

  /** Starts it again after {@link end}, with what was written before or empty; resolves when it answers. */
  async start({ empty = false }: { readonly empty?: boolean } = {}): Promise<void> {
    if (empty) await this.#server.wipe();
    await this.#server.launch();
    await untilAnswering('redis', this.url, { timeoutMs: answerTimeoutMs, signal: undefined });
  }

  /** While frozen it accepts connections and answers nothing. */
  async freeze(on: boolean): Promise<void> {
    await this.#server.freeze(on);
  }

  /** Has it do something beside what it is asked by the apps: `command('CONFIG', 'SET', 'maxmemory', '1mb')`. */
  async command(name: string, ...args: string[]): Promise<unknown> {
    const redis = new Redis(this.url);
    try {
      return await redis.call(name, ...args);
    } finally {
      redis.disconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.remove();
  }
}
