import { setTimeout as delay } from 'node:timers/promises';
import { endsSession, fatalAdvice } from './close-codes.ts';
import type { CommandOpcode } from './command.ts';
import { CommandQueue } from './command-queue.ts';
import type { ConnectionEnd } from './connection.ts';
import { FatalGatewayError } from './errors.ts';
import type { IdentifyTurn } from './identify-gate.ts';
import { Intake } from './intake.ts';
import { Pauses } from './pauses.ts';
import { ReconnectDelay } from './reconnect-delay.ts';
import { trustedResumeUrl } from './resume-url.ts';
import { SessionHolder } from './session-holder.ts';
import { Session, type StoredSession } from './session.ts';
import { ShardConnection, type ShardParts } from './shard-connection.ts';
import type { ShardOptions } from './shard-options.ts';
import { ShardRecord } from './shard-record.ts';
import type { ShardStatus } from './shard-status.ts';
import { SilenceWatchdog } from './silence-watchdog.ts';
import { UnreadableFrames } from './unreadable-frames.ts';

/** A connection that has ended. */
interface Ended {
  readonly end: ConnectionEnd;
  readonly readyForMs: number;
  readonly invalidated: boolean;
}

/**
 * A shard: keeps one gateway session alive through any number of connections. It resumes whenever Discord
 * allows it, from the cursor, and identifies only when it must.
 */
export class Shard {
  readonly #parts: ShardParts;
  readonly #stopping = new AbortController();
  readonly #reconnectDelay = new ReconnectDelay();
  #connection: ShardConnection | undefined;

  constructor(options: ShardOptions) {
    this.#parts = partsOf(options);
  }

  get id(): number {
    return this.#parts.options.id;
  }

  status(): ShardStatus {
    const { record, session, intake, pauses, commands } = this.#parts;
    return {
      id: this.id,
      ...record.report(),
      latencyMs: this.#connection?.latencyMs,
      lastAckAt: this.#connection?.lastAckAt,
      lastDispatchAt: intake.lastDispatchAt,
      received: session.current?.received,
      confirmed: session.current?.cursor,
      lag: session.current?.lag ?? 0,
      pauses: pauses.reasons,
      queuedCommands: commands.size,
    };
  }

  /** The session as of its cursor, to be stored; undefined before READY. */
  snapshot(): StoredSession | undefined {
    return this.#parts.session.current?.snapshot();
  }

  /**
   * Connects, and connects again after every loss, until {@link stop}.
   * @throws {FatalGatewayError} when Discord refuses the bot for good.
   */
  async run(): Promise<void> {
    const { options, record } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#mayRead();
      const ended = await this.#live();
      if (ended === undefined) continue;
      const retryInMs = this.#afterwards(ended);
      if (signal.aborted) break;
      options.onEvent({ type: 'disconnected', shardId: this.id, ...ended.end, retryInMs });
      await this.#wait(retryInMs);
    }
    record.enter('stopped');
  }

  /**
   * Disconnects so that the session can be resumed, by whoever has its {@link snapshot}. What has been received
   * stays to be confirmed; commands that wait are rejected. {@link run} then returns.
   */
  stop(): void {
    this.#stopping.abort();
    this.#parts.commands.end();
    this.#connection?.close('shutting down');
  }

  /**
   * Sends a command to Discord when the shard is ready and its send budget allows it, in the order given. Resolves
   * when it is written; what Discord makes of it is not known. The form of `d` is not checked.
   * @throws {ShardCommandError} when it cannot be sent, or `signal` is aborted first.
   */
  async command(op: CommandOpcode, d: unknown, signal?: AbortSignal): Promise<void> {
    await this.#parts.commands.send(op, d, signal);
  }

  /**
   * Stops reading dispatches; the connection is kept alive for `pauseLimitMs`, and a lost one is not opened again
   * before reading may go on. Several may have a reason to pause: reading goes on when each has resumed.
   */
  pause(reason: string): void {
    this.#parts.pauses.add(reason);
    this.#connection?.pause();
  }

  resume(reason: string): void {
    this.#parts.pauses.delete(reason);
    if (!this.#parts.pauses.active) this.#connection?.resume();
  }

  /**
   * Resolves when reading is not paused: until then a connection would only be lost again, and with it, should it
   * identify, a start of a session.
   */
  async #mayRead(): Promise<void> {
    const { options, record, pauses } = this.#parts;
    const { signal } = this.#stopping;
    let first = true;
    while (pauses.active && !signal.aborted) {
      record.enter('suspended');
      options.onEvent({ type: 'suspended', shardId: this.id, pauses: pauses.reasons });
      await pauses.cleared(signal);
      if (first) await this.#wait(this.#reconnectDelay.afterSuspension());
      first = false;
    }
  }

  async #wait(ms: number): Promise<void> {
    this.#parts.record.enter('waiting');
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  /** One connection, from its turn to identify to its end; undefined when it is not to be opened any more. */
  async #live(): Promise<Ended | undefined> {
    const { record, pauses } = this.#parts;
    const { signal } = this.#stopping;
    let turn: IdentifyTurn | undefined;
    try {
      turn = await this.#turnToIdentify();
    } catch (cause) {
      if (signal.aborted) return undefined;
      const reason = `no turn to identify: ${cause instanceof Error ? cause.message : String(cause)}`;
      return { end: { code: 1006, reason }, readyForMs: 0, invalidated: false };
    }
    // The turn may have been long in coming.
    if (signal.aborted || pauses.active) {
      turn?.abandoned();
      return undefined;
    }
    record.enter('connecting');
    const connection = new ShardConnection(this.#parts, turn);
    this.#connection = connection;
    const end = await connection.ended;
    this.#connection = undefined;
    return { end, readyForMs: connection.readyForMs, invalidated: connection.invalidated };
  }

  /** Waits before there is a connection: one that identifies nobody is closed by Discord after a while. */
  async #turnToIdentify(): Promise<IdentifyTurn | undefined> {
    const { options, record, session } = this.#parts;
    if (session.current !== undefined) return undefined;
    record.enter('identifying');
    return options.identifyGate.enter(this.id, this.#stopping.signal);
  }

  /**
   * What the end of a connection means; returns after how many ms another is tried.
   * @throws {FatalGatewayError} when Discord refuses the bot for good.
   */
  #afterwards({ end, readyForMs, invalidated }: Ended): number {
    const { options, record, session, pauses, commands } = this.#parts;
    const hadBegun = record.state === 'resuming' || record.state === 'ready';
    record.disconnected(end);
    const advice = fatalAdvice(end.code);
    if (advice !== undefined) {
      commands.end();
      record.enter('failed');
      throw new FatalGatewayError(end.code, advice);
    }
    const hadSession = session.current !== undefined;
    if (endsSession(end.code)) session.lose(`Discord closed with ${end.code}`);
    if (session.current !== undefined) record.sessionKept();
    const lost = hadSession && session.current === undefined;
    return this.#reconnectDelay.next({
      readyForMs,
      invalidated: invalidated || lost,
      paused: pauses.active,
      mayBeTaken: hadBegun && session.current !== undefined && options.mayBeHeldElsewhere?.() === true,
    });
  }
}

function partsOf(options: ShardOptions): ShardParts {
  const { id, session, gatewayUrl, onEvent } = options;
  const record = new ShardRecord(session === undefined ? 'there was no session' : 'a session was stored');
  const intake = new Intake(options);
  const restored =
    session === undefined
      ? undefined
      : Session.restored({ ...session, resumeUrl: trustedResumeUrl(session.resumeUrl, gatewayUrl) });
  const holder = new SessionHolder(restored, {
    shardId: id,
    lastDispatchAt: () => intake.lastDispatchAt,
    onLoss: (loss) => {
      record.sessionLost(loss.reason);
      onEvent(loss);
    },
  });
  return {
    options,
    record,
    session: holder,
    intake,
    pauses: new Pauses(),
    commands: new CommandQueue(),
    silence: new SilenceWatchdog(options.silence),
    unreadable: new UnreadableFrames(),
  };
}
