const alreadyIn = () => undefined;

/** Lets so many in at a time. The others wait in their order until they withdraw. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();
  #admitting = false;

  constructor(count: number) {
    this.#free = count;
  }

  /** Calls `start` now or when there is a slot; whoever was started has to {@link leave}. Returns what ends the wait. */
  enter(start: () => void): () => void {
    if (this.#free > 0 && this.#waiting.size === 0) {
      this.#free -= 1;
      start();
      return alreadyIn;
    }
    this.#waiting.add(start);
    return () => void this.#waiting.delete(start);
  }

  leave(): void {
    this.#free += 1;
    this.#admit();
  }

  #admit(): void {
    // Whoever leaves at once does so from within this loop, however many do.
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (const start of this.#waiting) {
        if (this.#free === 0) break;
        this.#waiting.delete(start);
        this.#free -= 1;
        start();
      }
    } finally {
      this.#admitting = false;
    }
  }
}
