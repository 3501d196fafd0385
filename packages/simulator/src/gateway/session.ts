import { randomBytes } from 'node:crypto';
import type { Recording } from '../recording.ts';
import type { GatewayBot } from './directory.ts';
import { dispatchBody, dispatchFrame } from './frames.ts';
import { ReplayBuffer } from './replay-buffer.ts';

/** The connection that takes a session's frames from its replay buffer. */
export interface SessionReader {
  /** sequence of the last frame that was handed to the socket */
  readonly deliveredSequence: number;
  /** false: it takes nothing, however long one waits */
  readonly accepting: boolean;
  /** New frames are in the replay buffer. */
  wake(): void;
  /** Hands over at once what the socket will take: the oldest frame is about to go. */
  feed(): void;
  /** The session ends or goes on elsewhere: closes without it. */
  surrender(): void;
}

/** A session as tests see it. */
export interface SessionSnapshot {
  readonly sessionId: string;
  readonly applicationId: string;
  /** [shard id, shard count] */
  readonly shard: readonly [number, number];
  readonly intents: number;
  /** `detached`: without a connection, kept for a RESUME */
  readonly state: 'connected' | 'detached';
  /** sequence of the last dispatch */
  readonly sequence: number;
  /** sequence of the last dispatch handed to the connection; null while detached */
  readonly deliveredSequence: number | null;
  /** `d` of the client's last heartbeat on this session */
  readonly lastHeartbeatSequence: number | null;
  readonly resumes: number;
  /** dispatches that a RESUME could still replay */
  readonly buffered: number;
}

export interface SessionTerms {
  readonly bot: GatewayBot;
  readonly shard: readonly [number, number];
  readonly intents: number;
  readonly replayBufferSize: number;
  readonly recording: Recording;
}

/** One gateway session: it outlives its connections. */
export class Session {
  readonly id = randomBytes(16).toString('hex');
  readonly bot: GatewayBot;
  readonly shard: readonly [number, number];
  readonly intents: number;
  readonly replay: ReplayBuffer;
  lastHeartbeatSequence: number | null = null;
  resumes = 0;
  readonly #recording: Recording;
  #reader: SessionReader | undefined;
  #resumedSequence: number | undefined;
  readonly #progressListeners = new Set<() => void>();

  constructor(terms: SessionTerms) {
    this.bot = terms.bot;
    this.shard = terms.shard;
    this.intents = terms.intents;
    this.replay = new ReplayBuffer(terms.replayBufferSize);
    this.#recording = terms.recording;
  }

  get sequence(): number {
    return this.replay.lastSequence;
  }

  get reader(): SessionReader | undefined {
    return this.#reader;
  }

  /** Dispatches that the connection will take as soon as it can; 0 while there is none. */
  get backlog(): number {
    const reader = this.#reader;
    return reader?.accepting === true ? this.sequence - reader.deliveredSequence : 0;
  }

  /** Adds a dispatch; `body` is the JSON of `data` where the caller has it already. */
  append(type: string, data: unknown, body = dispatchBody(data)): void {
    const { replay } = this;
    if (replay.full && this.#reader !== undefined && this.#reader.deliveredSequence < replay.oldestSequence) {
      this.#reader.feed();
    }
    replay.push(dispatchFrame(type, replay.lastSequence + 1, body));
    const dispatch = {
      atMs: this.#recording.now(),
      applicationId: this.bot.applicationId,
      sessionId: this.id,
      shardId: this.shard[0],
      sequence: replay.lastSequence,
      type,
      data,
    };
    this.#recording.addDispatched(dispatch, body);
    this.#reader?.wake();
  }

  /** The event that ends a replay. An earlier one is no event that a client has missed: it leaves the replay. */
  appendResumed(): void {
    if (this.#resumedSequence !== undefined) this.replay.drop(this.#resumedSequence);
    this.append('RESUMED', { _trace: [] });
    this.#resumedSequence = this.sequence;
  }

  attach(reader: SessionReader): void {
    this.#reader = reader;
  }

  detach(): void {
    this.#reader = undefined;
    this.progressed();
  }

  /** Told by the reader when it has taken all there was, or will take nothing. */
  progressed(): void {
    for (const listener of this.#progressListeners) listener();
    this.#progressListeners.clear();
  }

  /** Settles when the backlog is gone or the connection is; rejects when `signal` aborts. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    if (this.backlog === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const progress = (): void => resolve(undefined);
    this.#progressListeners.add(progress);
    if (signal.aborted) abort();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#progressListeners.delete(progress);
    }
  }

  snapshot(): SessionSnapshot {
    return {
      sessionId: this.id,
      applicationId: this.bot.applicationId,
      shard: this.shard,
      intents: this.intents,
      state: this.#reader === undefined ? 'detached' : 'connected',
      sequence: this.sequence,
      deliveredSequence: this.#reader?.deliveredSequence ?? null,
      lastHeartbeatSequence: this.lastHeartbeatSequence,
      resumes: this.resumes,
      buffered: this.replay.size,
    };
  }
}
