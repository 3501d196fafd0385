import { setTimeout as delay } from 'node:timers/promises';
import type { Settlement, SubscribedMessage, Subscription, Subscriptions } from '@arrakis/broker';
import type { CommandOpcode } from '@arrakis/gateway';
import {
  decodeGatewayCommand,
  gatewayCommandLifetimeMs,
  gatewayCommandQueue,
  guildsOf,
  shardOf,
  type GatewayCommand,
  type ReceivedGatewayCommand,
} from '@arrakis/protocol';
import type { Logger, Metrics } from '@arrakis/service';

/** What commands are given to: a shard. */
export interface CommandTarget {
  readonly id: number;
  /** Resolves when the command is written; see packages/gateway, `Shard.command`. */
  command(op: CommandOpcode, d: unknown, signal?: AbortSignal): Promise<void>;
}

export interface GatewayCommandsParts {
  /** One message of a queue at a time, so that commands keep their order. */
  readonly subscriptions: Subscriptions;
  readonly namespace: string;
  readonly applicationId: string;
  readonly log: Logger;
  readonly metrics: GatewayCommandMetrics;
}

/** What became of a command. */
type Result =
  /** Written to the gateway. */
  | 'sent'
  /** Its time was over. */
  | 'expired'
  /** No command, or not one that Discord takes. */
  | 'malformed'
  /** About a guild of another shard: the bot had another shard count when it was given. */
  | 'misrouted'
  /** Back in its queue, for whoever holds the shard next. */
  | 'returned';

export interface GatewayCommandMetrics {
  settled(op: number | 'unknown', result: Result): void;
}

/** How long the commands in flight may take to be given back, in ms. */
const giveBackLimitMs = 2_000;

/** Before a command is tried again that its shard did not take, in ms. */
const retryMs = 500;

/** Registers what is told of commands. */
export function gatewayCommandMetrics(metrics: Metrics): GatewayCommandMetrics {
  const commands = metrics.counter({
    name: 'bot_gateway_commands_total',
    help: 'Commands of workers to the gateway, by opcode and what became of them',
    labels: ['op', 'result'],
  });
  return { settled: (op, result) => commands.inc({ op, result }) };
}

/**
 * Passes on what workers have the gateway do: consumes the queue of each shard that this process holds, and
 * acknowledges a command when it is written. One whose process dies in between is delivered to the next holder, so
 * that a command may be sent twice, and is never lost before its time is over.
 */
export class GatewayCommands {
  readonly #parts: GatewayCommandsParts;
  readonly #owned = new Map<number, Subscription>();

  constructor(parts: GatewayCommandsParts) {
    this.#parts = parts;
  }

  /** From now on this process holds the shard, one of `count`. */
  own(target: CommandTarget, count: number): void {
    const { subscriptions, namespace, applicationId } = this.#parts;
    if (this.#owned.has(target.id)) throw new Error(`The commands of shard ${target.id} are consumed already.`);
    const subscription = subscriptions.subscribe({
      queue: gatewayCommandQueue(namespace, { applicationId, shardId: target.id }),
      handle: (message) => this.#handle(message, { target, count }),
    });
    this.#owned.set(target.id, subscription);
  }

  /**
   * The shard is no longer held: what is in flight goes back to the queue. To be called before the shard is stopped.
   * Resolves when it is back, or when the broker has not answered in time.
   */
  async disown(shardId: number): Promise<void> {
    const subscription = this.#owned.get(shardId);
    this.#owned.delete(shardId);
    const left = (await subscription?.end(giveBackLimitMs)) ?? 0;
    if (left > 0) this.#parts.log.warn({ shard: shardId, left }, 'a gateway command could not be given back in time');
  }

  /** Disowns all shards. */
  async stop(): Promise<void> {
    await Promise.all([...this.#owned.keys()].map((shardId) => this.disown(shardId)));
  }

  async #handle(message: SubscribedMessage, shard: { target: CommandTarget; count: number }): Promise<Settlement> {
    let received: ReceivedGatewayCommand;
    try {
      received = decodeGatewayCommand(message);
    } catch (cause) {
      this.#parts.log.error({ err: cause, queue: message.queue }, 'a message is no gateway command: dropped');
      this.#parts.metrics.settled('unknown', 'malformed');
      return 'done';
    }
    const { command, deadline = Infinity } = received;
    const guildId = guildsOf(command).find((id) => shardOf(id, shard.count) !== shard.target.id);
    if (guildId !== undefined) return this.#dropped(command, 'misrouted', { shard: shard.target.id, guildId });
    return this.#send(command, { target: shard.target, deadline, givenUp: message.signal });
  }

  async #send(
    command: GatewayCommand,
    { target, deadline, givenUp }: { target: CommandTarget; deadline: number; givenUp: AbortSignal },
  ): Promise<Settlement> {
    const about = { shard: target.id };
    const leftMs = Math.min(deadline - Date.now(), gatewayCommandLifetimeMs);
    if (leftMs <= 0) return this.#dropped(command, 'expired', { ...about, lateMs: -leftMs });
    const expired = AbortSignal.timeout(leftMs);
    const { op, d } = command;
    try {
      await target.command(op, d, AbortSignal.any([givenUp, expired]));
      this.#parts.metrics.settled(op, 'sent');
      return 'done';
    } catch (cause) {
      if (givenUp.aborted) return this.#returned(op);
      if (expired.aborted) return this.#dropped(command, 'expired', { ...about, lateMs: 0 });
      this.#parts.log.warn({ err: cause, op, ...about }, 'a gateway command was not taken; trying again');
      await delay(retryMs, undefined, { signal: givenUp }).catch(() => undefined);
      return this.#returned(op);
    }
  }

  #returned(op: number): Settlement {
    this.#parts.metrics.settled(op, 'returned');
    return 'requeue';
  }

  /** What it was to do is not written into the log. */
  #dropped({ op }: GatewayCommand, result: 'expired' | 'misrouted', about: Record<string, unknown>): Settlement {
    this.#parts.log.warn({ op, ...about }, `a gateway command is ${result}: dropped`);
    this.#parts.metrics.settled(op, result);
    return 'done';
  }
}
