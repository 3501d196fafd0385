import { HandlerTimeoutError } from './failure.ts';

/**
 * The time that one handler has. It begins when the handler does, not while its event waits for Redis, and it ends
 * early when the process has to stop or the event is somebody else's by now.
 */
export class TimeLimit {
  readonly #ending = new AbortController();
  readonly #limitMs: number;
  readonly #stopping: AbortSignal;

  constructor(limitMs: number, stopping: AbortSignal) {
    this.#limitMs = limitMs;
    this.#stopping = stopping;
  }

  /** Aborted at the end of the time; its reason says why. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Tells the handler to give up. */
  end(cause: Error): void {
    this.#ending.abort(cause);
  }

  /**
   * Runs the handler. One that does not heed its signal is not waited for when its time is over; at a stop it has
   * what the broker's consumer still waits.
   * @throws {HandlerTimeoutError} when the time is over; what the handler throws.
   */
  async run<Result>(handle: () => Promise<Result>): Promise<Result> {
    const expired = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const cause = new HandlerTimeoutError(this.#limitMs);
      this.end(cause);
      expired.reject(cause);
    }, this.#limitMs);
    const stop = () => this.#ending.abort(this.#stopping.reason);
    this.#stopping.addEventListener('abort', stop, { once: true });
    if (this.#stopping.aborted) stop();
    try {
      return await Promise.race([handle(), expired.promise]);
    } finally {
      clearTimeout(timer);
      this.#stopping.removeEventListener('abort', stop);
    }
  }
}
