import { setTimeout as delay } from 'node:timers/promises';

/** Longest wait before a retry is published, in ms: half of the shortest tier. It comes on top of the tier's delay. */
export const retrySpreadMs = 1_000;

/**
 * Has messages that failed at the same instant come back at different ones. A tier holds up each message by the same time,
 * since RabbitMQ lets messages expire at the head of a queue only; so each waits at random before it goes there, still
 * unacknowledged in the hands of its consumer. How many may wait is bounded: beyond that messages fail in such a stream
 * that they are apart anyway, and the consumer is to have hands for others.
 */
export class RetrySpread {
  readonly #room: number;
  #waiting = 0;

  /** `room`: how many may wait at a time. */
  constructor(room: number) {
    this.#room = room;
  }

  /** Waits, unless too many do; each of the signals ends it. */
  async wait(signals: readonly AbortSignal[]): Promise<void> {
    if (this.#waiting >= this.#room) return;
    this.#waiting += 1;
    const signal = AbortSignal.any([...signals]);
    await delay(Math.random() * retrySpreadMs, undefined, { signal }).catch(() => undefined);
    this.#waiting -= 1;
  }
}
