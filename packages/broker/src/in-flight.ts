import { once } from 'node:events';

/** The messages that a consumer has been given and that are not settled. */
export class InFlight {
  #size = 0;
  readonly #waiting = new Set<() => void>();

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Counts a message until `settled` resolves; it must not reject. */
  add(settled: Promise<void>): void {
    this.#size += 1;
    void this.#count(settled);
  }

  async #count(settled: Promise<void>): Promise<void> {
    await settled;
    this.#size -= 1;
    if (this.#size === 0) for (const answer of this.#waiting) answer();
  }

  /** Waits until all are settled or `deadline` is aborted; returns how many are left. */
  async ended(deadline: AbortSignal): Promise<number> {
    if (this.#size === 0 || deadline.aborted) return this.#size;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    await Promise.race([promise, once(deadline, 'abort')]);
    this.#waiting.delete(resolve);
    return this.#size;
  }
}
