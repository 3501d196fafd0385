interface Appointment {
  readonly at: number;
  readonly task: () => void | Promise<void>;
}

/** A clock that jumps from one appointment to the next, and runs them one after the other. */
export class SimulatedTime {
  now: number;
  readonly #appointments: Appointment[] = [];

  constructor(startsAt: number) {
    this.now = startsAt;
  }

  /** Runs `task` in so many ms. */
  in(ms: number, task: Appointment['task']): void {
    const at = this.now + ms;
    const index = this.#appointments.findLastIndex((other) => other.at <= at);
    this.#appointments.splice(index + 1, 0, { at, task });
  }

  /** Until nothing is left to be done, or so many ms have passed. */
  async run(maxMs: number): Promise<void> {
    const end = this.now + maxMs;
    for (;;) {
      const next = this.#appointments[0];
      if (next === undefined || next.at > end) return;
      this.#appointments.shift();
      this.now = next.at;
      await next.task();
    }
  }
}
