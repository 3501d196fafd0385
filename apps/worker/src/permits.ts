import { LinkedList, type Linked } from '@arrakis/service';

/** `granted`: it has to be released; `late`: none came in time; `closed`: none comes any more. */
export type Grant = 'granted' | 'late' | 'closed';

/** Somebody who waits for a permit. */
interface Waiting extends Linked<Waiting> {
  answer(grant: Grant): void;
}

/**
 * So many at a time; whoever comes when all are given waits, first come first served. How many wait is bounded by who
 * calls: a lane's messages by its prefetch.
 */
export class Permits {
  #free: number;
  readonly #waiting = new LinkedList<Waiting>();
  readonly #total: number;
  #closed = false;

  constructor(total: number) {
    this.#total = total;
    this.#free = total;
  }

  /** How many are given. */
  get taken(): number {
    return this.#total - this.#free;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Waits for a permit, at most `patienceMs`. */
  acquire(patienceMs?: number): Grant | Promise<Grant> {
    if (this.#closed) return 'closed';
    if (this.#free === 0) return this.#wait(patienceMs);
    this.#free -= 1;
    return 'granted';
  }

  release(): void {
    const next = this.#waiting.first;
    if (next === undefined) this.#free += 1;
    else next.answer('granted');
  }

  /** Gives no more: whoever waits waits no longer. */
  close(): void {
    this.#closed = true;
    for (const waiting of this.#waiting) waiting.answer('closed');
  }

  #wait(patienceMs: number | undefined): Promise<Grant> {
    return new Promise((resolve) => {
      const answer = (grant: Grant): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        resolve(grant);
      };
      const timer = patienceMs === undefined ? undefined : setTimeout(() => answer('late'), patienceMs);
      const waiting: Waiting = { answer, previous: undefined, next: undefined };
      this.#waiting.add(waiting);
    });
  }
}
