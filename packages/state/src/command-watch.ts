/** How long a command may take, in ms; then it counts as failed and the caller goes on in its own way. */
const commandTimeoutMs = 2_000;

/**
 * How long a connection may be silent though it was asked, in ms: a host that has vanished closes nothing, and its
 * successor has to be looked for.
 */
export const silenceMs = 5_000;

/** How often what is under way is looked at, in ms: as much later it may be noticed. */
const lookEveryMs = 250;

/** A command that Redis has not answered yet. */
export interface UnderWay {
  readonly since: number;
  readonly fail: (cause: Error) => void;
}

/**
 * Ends commands and connections that Redis leaves without an answer. One timer does so for all of them, and none while nothing
 * is under way: two for each command, as the client of Redis has them, take a tenth of the time of a script that runs seldom.
 */
export class CommandWatch {
  readonly #onSilence: () => void;
  /** Oldest first. */
  readonly #underWay = new Set<UnderWay>();
  /** When Redis was last heard of, or asked after it had answered all; undefined when it owes no answer. */
  #silentSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param onSilence - told when nothing at all was heard in time */
  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  /** Something was asked; `fail` is called when no answer comes in time. The answer is to be told with what is returned. */
  asked(fail: UnderWay['fail']): UnderWay {
    const since = performance.now();
    const underWay = { since, fail };
    this.#underWay.add(underWay);
    this.#silentSince ??= since;
    this.#timer ??= setTimeout(this.#look, lookEveryMs);
    return underWay;
  }

  answered(underWay: UnderWay): void {
    this.#underWay.delete(underWay);
    this.#silentSince = this.#underWay.size === 0 ? undefined : performance.now();
  }

  /** Something came that is no answer to what is under way, or only a part of it. */
  heard(): void {
    if (this.#silentSince !== undefined) this.#silentSince = performance.now();
  }

  /** Forgets what is under way: the connection that owes the answers is no more. */
  clear(): void {
    this.#underWay.clear();
    this.#silentSince = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const underWay of this.#underWay) {
      if (now - underWay.since < commandTimeoutMs) break;
      this.#underWay.delete(underWay);
      underWay.fail(new Error('Command timed out'));
    }
    if (this.#silentSince === undefined) return;
    if (now - this.#silentSince >= silenceMs) {
      this.#silentSince = this.#underWay.size === 0 ? undefined : now;
      this.#onSilence();
    }
    if (this.#silentSince === undefined) return;
    this.#timer = setTimeout(this.#look, lookEveryMs);
  };
}
