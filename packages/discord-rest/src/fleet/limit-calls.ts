import { setImmediate as nextTurn } from 'node:timers/promises';
import { limitRequest, limitScript, type Operation } from './limit-script.ts';
import { scriptOf, type ScriptRunner } from './script-runner.ts';

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
  readonly resolve: (reply: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Operations that Redis was asked to carry out together. */
interface Call {
  readonly at: number;
  readonly fail: (cause: unknown) => void;
}

/** Sends operations to the script: those of one turn of the event loop in one call, or at once when there is little to do. */
export class LimitCalls {
  readonly #scripts: ScriptRunner;
  readonly #globalLimit: number;
  readonly #root: string;
  readonly #onProcesses: (processes: number) => void;
  #asked: Asked[] = [];
  #notes: Noted[] = [];
  #sending = false;
  /** When something was sent last. */
  #sentAt = -Infinity;
  /** How many requests went together then. */
  #sentTogether = 0;
  #notesTimer: NodeJS.Timeout | undefined;
  /** Calls without an answer yet, oldest first. */
  readonly #underWay = new Set<Call>();
  /** Whether a timer looks at them. One does for all: to set and clear its own takes each longer than it seems where calls are rare. */
  #watching = false;

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
  ask(...operation: Operation): Promise<string> {
    return this.#carryOut(operation, (reply) => reply);
  }

  /** Carries out an operation soon, or `now`; when Redis is away, never. */
  note(note: Note, { now = false }: { readonly now?: boolean } = {}): void {
    this.#notes.push({ note, at: performance.now() });
    if (now) this.#sendSoon();
    else this.#notesTimer ??= setTimeout(() => this.#send(), notesWithinMs);
  }

  #carryOut<Result>(operation: Operation, read: (reply: string) => Result): Promise<Result> {
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
    if (this.#notesTimer !== undefined) clearTimeout(this.#notesTimer);
    this.#notesTimer = undefined;
    const notes = this.#notes;
    const asked = this.#asked;
    this.#notes = [];
    this.#asked = [];
    // What has been answered first: it says what is left.
    while (notes.length + asked.length > largestBatch) {
      const first = notes.splice(0, largestBatch);
      this.#call(first, asked.splice(0, largestBatch - first.length));
    }
    if (notes.length + asked.length > 0) this.#call(notes, asked);
  }

  #call(notes: readonly Noted[], asked: readonly Asked[]): void {
    const now = performance.now();
    this.#sentAt = now;
    this.#sentTogether = asked.length;
    const operations = notes.map(({ note, at }) => note(Math.round(now - at)));
    for (const { operation } of asked) operations.push(operation);
    const reply = this.#scripts.run(script, [this.#root], [limitRequest(this.#globalLimit, operations)]);
    // Whichever comes first counts.
    const fail = (cause: unknown) => {
      this.#underWay.delete(call);
      const error = new LimitsUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
      for (const { reject } of asked) reject(error);
    };
    const answer = (said: unknown) => {
      this.#underWay.delete(call);
      if (typeof said !== 'string') throw neverSaid();
      const [processes, ...replies] = said.split('\n');
      if (!(Number(processes) > 0)) throw neverSaid();
      for (const [index, { resolve }] of asked.entries()) resolve(replies[notes.length + index] ?? '');
      this.#onProcesses(Number(processes));
    };
    const call = { at: now, fail };
    this.#underWay.add(call);
    if (!this.#watching) this.#watchFor(answerWithinMs);
    reply.then(answer).catch(fail);
  }

  #watchFor(ms: number): void {
    this.#watching = true;
    setTimeout(() => this.#failLate(), ms);
  }

  #failLate(): void {
    this.#watching = false;
    const now = performance.now();
    for (const call of this.#underWay) {
      const leftMs = call.at + answerWithinMs - now;
      if (leftMs > 0) return this.#watchFor(leftMs);
      this.#underWay.delete(call);
      void isLate().then(call.fail);
    }
  }
}

/** It may be this process that was busy: what has arrived meanwhile is read first. */
async function isLate(): Promise<Error> {
  await nextTurn();
  await nextTurn();
  return new Error(`Redis did not answer within ${answerWithinMs} ms`);
}

/** A request waits for this, mostly with cold caches: a schema would take a tenth of the whole time. */
export function acquiredOf(reply: string): Acquired {
  const [type, time, second, probe, group] = reply.split(' ');
  const ms = Number(time);
  if (second === undefined) {
    if (type === 'deny' && ms >= 0) return { type, ms };
  } else if (group === undefined) {
    if (type === 'wait' && ms >= 0) return { type, ms, order: second };
  } else if (type === 'go' && ms >= 0) {
    return { type, delayMs: ms, group, window: Number(second), probe: Number(probe) };
  }
  throw neverSaid();
}

function neverSaid(): LimitsUnavailableError {
  return new LimitsUnavailableError('Redis has answered what the script never says');
}
