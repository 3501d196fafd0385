import { once } from 'node:events';

/** The messages that a consumer has been given and that are not settled. */
export class InFlight {
  readonly #settling = new Set<Promise<void>>();

  /** How many there are. */
  get size(): number {
    return this.#settling.size;
  }

  /** Counts a message until `settled` resolves; it must not reject. */
  add(settled: Promise<void>): void {
    const counted = settled.finally(() => this.#settling.delete(counted));
    this.#settling.add(counted);
  }

  /** Waits until all are settled or `deadline` is aborted; returns how many are left. */
  async ended(deadline: AbortSignal): Promise<number> {
    if (this.#settling.size === 0 || deadline.aborted) return this.#settling.size;
    const expired = once(deadline, 'abort');
    while (this.#settling.size > 0 && !deadline.aborted) {
      await Promise.race([Promise.allSettled(this.#settling), expired]);
    }
    return this.#settling.size;
  }
}
