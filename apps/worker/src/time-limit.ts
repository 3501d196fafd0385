import { LinkedList, type Linked } from '@arrakis/service';
import { HandlerTimeoutError } from './failure.ts';

/** The time that the handlers of a lane have. It ends early for all of them when the process has to stop. */
export class TimeLimits {
  readonly #limitMs: number;
  readonly #stopping: AbortSignal;
  readonly #running = new LinkedList<TimeLimit>();

  constructor(limitMs: number, stopping: AbortSignal) {
    this.#limitMs = limitMs;
    this.#stopping = stopping;
    const stop = () => {
      for (const limit of this.#running) limit.end(stopping.reason);
    };
    stopping.addEventListener('abort', stop, { once: true });
  }

  /**
   * Runs the handler. One that does not heed its signal is not waited for when its time is over; at a stop it has
   * what the broker's consumer still waits.
   * @throws {HandlerTimeoutError} when the time is over; what the handler throws.
   */
  async run<Result>(limit: TimeLimit, handle: () => Promise<Result>): Promise<Result> {
    const expired = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const cause = new HandlerTimeoutError(this.#limitMs);
      limit.end(cause);
      expired.reject(cause);
    }, this.#limitMs);
    this.#running.add(limit);
    if (this.#stopping.aborted) limit.end(this.#stopping.reason);
    try {
      return await Promise.race([handle(), expired.promise]);
    } finally {
      clearTimeout(timer);
      this.#running.delete(limit);
    }
  }
}

/**
 * The time that one handler has. It begins when the handler does, not while its event waits for Redis, and it ends
 * early when the process has to stop or the event is somebody else's by now.
 */
export class TimeLimit implements Linked<TimeLimit> {
  previous: TimeLimit | undefined = undefined;
  next: TimeLimit | undefined = undefined;
  #endedBy: unknown;
  /** Made for those that ask for it: few handlers do, and a signal costs more than all else about a limit. */
  #ending: AbortController | undefined;

  /** Why the time is over; undefined while it is not. */
  get endedBy(): unknown {
    return this.#endedBy;
  }

  /** Aborted at the end of the time; its reason says why. */
  get signal(): AbortSignal {
    if (this.#ending === undefined) {
      this.#ending = new AbortController();
      if (this.#endedBy !== undefined) this.#ending.abort(this.#endedBy);
    }
    return this.#ending.signal;
  }

  /** Tells the handler to give up. */
  end(cause: unknown): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = cause;
    this.#ending?.abort(cause);
  }
}
