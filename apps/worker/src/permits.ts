/**
 * So many at a time; whoever comes when all are given waits, first come first served. How many wait is bounded by who
 * calls: a lane's messages by its prefetch.
 */
export class Permits {
  #free: number;
  readonly #waiting: ((granted: boolean) => void)[] = [];
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
    return this.#waiting.length;
  }

  /** True as soon as one is given, which has to be released; false when the permits are closed before. */
  acquire(): boolean | Promise<boolean> {
    if (this.#closed) return false;
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    return true;
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next(true);
  }

  /** Gives no more: whoever waits waits no longer. */
  close(): void {
    this.#closed = true;
    for (const refuse of this.#waiting.splice(0)) refuse(false);
  }
}
