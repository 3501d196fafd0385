import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { Backoff } from './backoff.ts';
import type { BrokerListener } from './broker-event.ts';
import { openConnection } from './connect.ts';
import { asError, BrokerError } from './errors.ts';

/** One life of the connection, from a successful handshake to its loss. */
export interface Link {
  readonly model: ChannelModel;
  /** Ends this life: whatever is wrong with a channel, one path mends it, a new connection. */
  readonly fail: (cause: Error) => void;
}

/** Something that lives on the connection and is set up again after every loss. */
export interface Attachment {
  attach(link: Link): Promise<void>;
  /** The connection is gone and with it every channel; `attach` follows when there is a new one. */
  detach(cause: Error): void;
  /** The broker has stopped (or begun again) to read what this connection publishes. */
  block?(blocked: boolean): void;
}

/** `connected` means usable: every attachment is set up. */
export type ConnectionStatus = 'connecting' | 'connected' | 'blocked' | 'closed';

export interface SupervisedConnectionOptions {
  readonly url: string;
  /** What it is for, in the broker's list of connections, in logs and metrics. */
  readonly purpose: string;
  readonly onEvent: BrokerListener;
}

/** Time for the handshake, and for the set-up of all attachments together, in ms. */
const setUpTimeoutMs = 15_000;
/** A life at least this long counts as a success, so that the next loss begins with the shortest wait. */
const stableAfterMs = 5_000;

/**
 * A connection that is there again after every loss. Connection error, channel error, a consumer cancelled
 * by the broker and a failed set-up all take the same path: drop it, wait with capped and jittered backoff,
 * connect, set every attachment up again. It never gives up.
 */
export class SupervisedConnection {
  readonly #options: SupervisedConnectionOptions;
  readonly #attachments = new Set<Attachment>();
  readonly #closing = new AbortController();
  readonly #backoff = new Backoff({ minMs: 100, maxMs: 10_000 });
  #lastFailure: Error | undefined;
  #link: Link | undefined;
  #blocked = false;
  #loop: Promise<void> | undefined;

  constructor(options: SupervisedConnectionOptions) {
    this.#options = options;
  }

  get status(): ConnectionStatus {
    if (this.#closing.signal.aborted) return 'closed';
    if (this.#link === undefined) return 'connecting';
    return this.#blocked ? 'blocked' : 'connected';
  }

  /** Why the connection cannot be used now; undefined when it can. */
  whyUnusable(): string | undefined {
    if (this.status === 'connected') return undefined;
    const cause = this.#lastFailure === undefined ? '' : `: ${this.#lastFailure.message}`;
    return `the broker connection for ${this.#options.purpose} is ${this.status}${cause}`;
  }

  /** Sets `attachment` up as soon as there is a connection, and after every reconnect. */
  add(attachment: Attachment): void {
    if (this.#attachments.has(attachment)) return;
    this.#attachments.add(attachment);
    const link = this.#link;
    if (link !== undefined) attachment.attach(link).catch((cause: unknown) => link.fail(asError(cause)));
    this.#loop ??= this.#run();
  }

  /** Closes for good; what is not settled goes back to its queue. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#link?.fail(new BrokerError('disconnected', 'This process closed its broker connection.'));
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const cause = await this.#live();
      if (signal.aborted) return;
      if (performance.now() - startedAt > stableAfterMs) this.#backoff.reset();
      const retryInMs = this.#backoff.next();
      this.#lastFailure = cause;
      this.#options.onEvent({
        type: 'disconnected',
        purpose: this.#options.purpose,
        cause,
        retryInMs,
      });
      await delay(retryInMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One life; resolves with the cause of its end. */
  async #live(): Promise<Error> {
    let model: ChannelModel;
    try {
      const { url, purpose } = this.#options;
      model = await openConnection({ url, purpose, timeoutMs: setUpTimeoutMs });
    } catch (cause) {
      return asError(cause);
    }
    const end = Promise.withResolvers<Error>();
    // Before anything else: an 'error' without a listener would end the process.
    model.on('error', end.resolve);
    model.on('handler-error', end.resolve);
    model.on('close', (cause) => end.resolve(cause ?? new Error('the broker closed the connection')));
    this.#watchBlocking(model);
    const link: Link = { model, fail: end.resolve };
    const timer = setTimeout(() => link.fail(new Error('setting up the channels took too long')), setUpTimeoutMs);
    // Either every attachment is set up, or this life ends; both leave `end` as the only thing to wait for.
    const setUp = this.#setUp(link);
    await Promise.race([setUp, end.promise]);
    clearTimeout(timer);
    const cause = await end.promise;
    this.#detach(cause);
    await within(1_000, model.close());
    // A set-up that the end overtook fails with the connection; what it still attached is detached too.
    await within(1_000, setUp);
    this.#detach(cause);
    return cause;
  }

  #detach(cause: Error): void {
    this.#link = undefined;
    for (const attachment of this.#attachments) attachment.detach(cause);
  }

  async #setUp(link: Link): Promise<void> {
    try {
      for (const attachment of this.#attachments) {
        if (this.#closing.signal.aborted) throw new Error('closed while channels were set up');
        await attachment.attach(link);
      }
      this.#link = link;
      this.#lastFailure = undefined;
      this.#options.onEvent({ type: 'connected', purpose: this.#options.purpose });
    } catch (cause) {
      link.fail(asError(cause));
    }
  }

  #watchBlocking(model: ChannelModel): void {
    const { onEvent, purpose } = this.#options;
    this.#blocked = false;
    model.on('blocked', (reason) => {
      this.#blocked = true;
      onEvent({ type: 'blocked', purpose, reason });
      for (const attachment of this.#attachments) attachment.block?.(true);
    });
    model.on('unblocked', () => {
      this.#blocked = false;
      onEvent({ type: 'unblocked', purpose });
      for (const attachment of this.#attachments) attachment.block?.(false);
    });
  }
}

/** Waits for what may never come, since a dead peer never answers; whether it failed does not matter. */
async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const expired = delay(limitMs, undefined, { signal: limit.signal }).catch(() => undefined);
  await Promise.race([work.catch(() => undefined), expired]);
  limit.abort();
}
