import { setTimeout as delay } from 'node:timers/promises';
import type { IdentifyGate, IdentifyTurn } from '../identify-gate.ts';

/** Discord allows one IDENTIFY per bucket and 5 s; the rest is for what the network adds. In ms. */
const defaultWindowMs = 5_200;

/** A gate without Redis, for one process that holds all shards of a bot. */
export class LocalIdentifyGate implements IdentifyGate {
  readonly #maxConcurrency: number;
  readonly #windowMs: number;
  /** By bucket, when the last turn that was given out is over. */
  readonly #lastTurns = new Map<number, Promise<void>>();

  constructor(maxConcurrency: number, options: { windowMs?: number } = {}) {
    this.#maxConcurrency = maxConcurrency;
    this.#windowMs = options.windowMs ?? defaultWindowMs;
  }

  async enter(shardId: number, signal: AbortSignal): Promise<IdentifyTurn> {
    const bucket = shardId % this.#maxConcurrency;
    const before = this.#lastTurns.get(bucket);
    const over = Promise.withResolvers<void>();
    this.#lastTurns.set(bucket, over.promise);
    try {
      await untilOver(before, signal);
    } catch (cause) {
      // Whoever waits behind this turn waits for the one before it instead.
      over.resolve(before);
      throw cause;
    }
    let sent = false;
    return {
      identified: () => {
        sent = true;
        over.resolve(delay(this.#windowMs, undefined, { ref: false }));
      },
      abandoned: () => {
        if (!sent) over.resolve();
      },
    };
  }
}

async function untilOver(turn: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new Error('stopped while waiting to identify', { cause: signal.reason }));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([turn, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
