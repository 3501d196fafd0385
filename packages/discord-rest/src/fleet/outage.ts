import { setTimeout as delay } from 'node:timers/promises';

/** `up`: Redis answers. `shaky`: it has just failed to. `down`: it has failed for so long that others go on without it. */
export type Connectivity = 'up' | 'shaky' | 'down';

export interface OutageOptions {
  /**
   * Asks Redis for a sign of life; `away` says whether requests have gone on without it.
   * Rejects when there is none.
   */
  readonly probe: (away: boolean) => Promise<void>;
  readonly onChange: (connectivity: Connectivity) => void;
}

/** How long most requests wait for a Redis that is slow for a moment, in ms, before they go on without it. */
const shakyMs = 250;

const probeEveryMs = 100;

/** Knows whether Redis can be asked, and asks for signs of life while it cannot. */
export class Outage {
  readonly #options: OutageOptions;
  readonly #closed = new AbortController();
  #state: Connectivity = 'up';
  #since = 0;
  #changed = Promise.withResolvers<void>();

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  get state(): Connectivity {
    return this.#state;
  }

  /** Redis did not answer. */
  failed(): void {
    if (this.#state !== 'up' || this.#closed.signal.aborted) return;
    this.#since = performance.now();
    this.#become('shaky');
    void this.#watch();
  }

  /** Resolves at the next change, at the latest after `ms`. */
  async change(ms: number): Promise<void> {
    const waited = new AbortController();
    await Promise.race([this.#changed.promise, delay(ms, undefined, { signal: waited.signal }).catch(() => undefined)]);
    waited.abort();
  }

  close(): void {
    this.#closed.abort();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const ms = performance.now() - this.#since;
      if (this.#state === 'shaky' && ms > shakyMs) this.#become('down');
      try {
        await this.#options.probe(this.#state === 'down');
        this.#become('up');
        return;
      } catch {
        await delay(probeEveryMs * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  #become(state: Connectivity): void {
    this.#state = state;
    this.#options.onChange(state);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
