import type { ConnectionEnd } from './connection.ts';
import type { ShardState } from './shard-status.ts';

/** What has become of a shard so far, and why. Of the session, only why another one was needed. */
export class ShardRecord {
  #state: ShardState = 'idle';
  #since = Date.now();
  #identifies = 0;
  #identifyReason: string | undefined;
  #resumes = 0;
  #resumeReason: string | undefined;
  #lastDisconnect: string | undefined;
  /** Why the next connection identifies or resumes. */
  #nextReason: string;

  constructor(reason: string) {
    this.#nextReason = reason;
  }

  get state(): ShardState {
    return this.#state;
  }

  enter(state: ShardState): void {
    this.#state = state;
    this.#since = Date.now();
  }

  identifying(): void {
    this.enter('identifying');
    this.#identifies += 1;
    this.#identifyReason = this.#nextReason;
  }

  resuming(): void {
    this.enter('resuming');
    this.#resumes += 1;
    this.#resumeReason = this.#nextReason;
  }

  disconnected({ code, reason }: ConnectionEnd): void {
    this.#lastDisconnect = `${code} ${reason}`.trim();
  }

  /** The session goes on after the last disconnect. */
  sessionKept(): void {
    this.#nextReason = this.#lastDisconnect ?? this.#nextReason;
  }

  sessionLost(reason: string): void {
    this.#nextReason = `the session was lost: ${reason}`;
  }

  report() {
    return {
      state: this.#state,
      since: this.#since,
      identifies: this.#identifies,
      identifyReason: this.#identifyReason,
      resumes: this.#resumes,
      resumeReason: this.#resumeReason,
      lastDisconnect: this.#lastDisconnect,
    };
  }
}
