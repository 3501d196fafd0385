import { setImmediate as nextTurn } from 'node:timers/promises';
import { limitScript } from './limit-script.ts';
import { scriptOf, type ScriptRunner } from './script-runner.ts';

/** One operation of the script with its arguments. */
export type Operation = readonly (string | number)[];

/** The right to send a request, as the script gives it. */
export interface Grant {
  readonly delayMs: number;
  readonly group: string;
  readonly window: number;
  readonly probe: number;
}

/** What the script says to whoever wants to send a request. */
export type Acquired =
  | ({ readonly type: 'go' } & Grant)
  | { readonly type: 'wait'; readonly ms: number; readonly order: string }
  | { readonly type: 'deny'; readonly ms: number };

/** Redis did not answer in time, or not at all. */
export class LimitsUnavailableError extends Error {
  override readonly name = 'LimitsUnavailableError';
}

export interface LimitCallsOptions {
  readonly scripts: ScriptRunner;
  readonly globalLimit: number;
  /** Told with every answer how many processes share the limits. */
  readonly onProcesses: (processes: number) => void;
}

const script = scriptOf(limitScript());

/** How long Redis has to answer, in ms: a request has better things to do than to wait for a limiter. */
const answerWithinMs = 50;

/** How long what need not be known at once may wait for a call that is made anyway, in ms. */
const notesWithinMs = 20;

/**
 * How long after a call the next may have to wait, in ms. It is as many as requests went with the last one: where they come
 * one by one, hardly any waits.
 */
const longestPauseMs = 4;

/** Operations of one call at most: others wait for Redis meanwhile. */
const largestBatch = 64;

/** An operation that is told how long ago it was noted, in ms. */
export type Note = (ageMs: number) => Operation;

interface Noted {
  readonly note: Note;
  readonly at: number;
}

interface Asked {
  readonly operation: Operation;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends operations to the script: those of one turn of the event loop in one call, or at once when there is little to do. */
export class LimitCalls {
  readonly #scripts: ScriptRunner;
  readonly #globalLimit: number;
  readonly #root: string;
  readonly #onProcesses: (processes: number) => void;
  readonly #asked: Asked[] = [];
  readonly #notes: Noted[] = [];
  #sending = false;
  /** When something was sent last. */
  #sentAt = -Infinity;
  /** How many requests went together then. */
  #sentTogether = 0;
  #notesTimer: NodeJS.Timeout | undefined;

  constructor({ scripts, globalLimit, onProcesses }: LimitCallsOptions) {
    this.#scripts = scripts;
    this.#globalLimit = globalLimit;
    this.#root = scripts.key('rest');
    this.#onProcesses = onProcesses;
  }

  /** @throws {LimitsUnavailableError} */
  acquire(...args: Operation): Promise<Acquired> {
    return this.#carryOut(['acquire', ...args], acquiredOf);
  }

  /**
   * Carries out an operation now.
   * @throws {LimitsUnavailableError}
   */
  ask(...operation: Operation): Promise<unknown> {
    return this.#carryOut(operation, (reply) => reply);
  }

  /** Carries out an operation soon, or `now`; when Redis is away, never. */
  note(note: Note, { now = false }: { readonly now?: boolean } = {}): void {
    this.#notes.push({ note, at: performance.now() });
    if (now) this.#sendSoon();
    else this.#notesTimer ??= setTimeout(() => this.#send(), notesWithinMs);
  }

  #carryOut<Result>(operation: Operation, read: (reply: unknown) => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ operation, resolve: (reply) => resolve(read(reply)), reject });
      this.#sendSoon();
    });
  }

  /** At once where little is asked; otherwise with all that is asked within some ms, since a call costs as much as a request. */
  #sendSoon(): void {
    if (this.#sending) return;
    const everyMs = Math.min(longestPauseMs, this.#sentTogether);
    if (performance.now() - this.#sentAt >= everyMs) return this.#send();
    this.#sending = true;
    setTimeout(() => this.#send(), everyMs);
  }

  #send(): void {
    this.#sending = false;
    clearTimeout(this.#notesTimer);
    this.#notesTimer = undefined;
    while (this.#asked.length + this.#notes.length > 0) {
      // What has been answered first: it says what is left.
      const notes = this.#notes.splice(0, largestBatch);
      const asked = this.#asked.splice(0, largestBatch - notes.length);
      this.#call(notes, asked);
    }
  }

  #call(notes: readonly Noted[], asked: readonly Asked[]): void {
    const now = performance.now();
    this.#sentAt = now;
    this.#sentTogether = asked.length;
    const args: (string | number)[] = [this.#globalLimit];
    for (const { note, at } of notes) args.push(...note(Math.round(now - at)));
    for (const { operation } of asked) args.push(...operation);
    const call = this.#scripts.run(script, [this.#root], args);
    // Whichever comes first counts.
    const fail = (cause: unknown) => {
      const error = new LimitsUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
      for (const { reject } of asked) reject(error);
    };
    const timer = setTimeout(() => void isLate().then(fail), answerWithinMs);
    const answer = (reply: unknown) => {
      if (!Array.isArray(reply) || typeof reply[0] !== 'number') throw new TypeError('the script never says this');
      for (const [index, { resolve }] of asked.entries()) resolve(reply[1 + notes.length + index]);
      this.#onProcesses(reply[0]);
    };
    call
      .then(answer)
      .finally(() => clearTimeout(timer))
      .catch(fail);
  }
}

/** It may be this process that was busy: what has arrived meanwhile is read first. */
async function isLate(): Promise<Error> {
  await nextTurn();
  await nextTurn();
  return new Error(`Redis did not answer within ${answerWithinMs} ms`);
}

/** A request waits for this, mostly with cold caches: a schema would take a tenth of the whole time. */
function acquiredOf(reply: unknown): Acquired {
  const words: readonly unknown[] = Array.isArray(reply) ? reply : [];
  const [type, ms, text, window, probe] = words;
  if (typeof ms === 'number') {
    if (type === 'deny') return { type, ms };
    if (typeof text === 'string') {
      if (type === 'wait') return { type, ms, order: text };
      if (type === 'go' && typeof window === 'number' && typeof probe === 'number') {
        return { type, delayMs: ms, group: text, window, probe };
      }
    }
  }
  throw new LimitsUnavailableError('Redis has answered what the script never says');
}
