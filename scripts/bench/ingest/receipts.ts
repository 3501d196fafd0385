import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { numberOf } from '../discord/frames.ts';

/** What identifies the frame: an interaction's own id, otherwise that of the member whom the event is about. */
const payload = z.object({ id: z.string().optional(), user: z.object({ id: z.string() }).optional() });

/** Which frames of a load were found in the queues, and under which message ids. */
export class Receipts {
  /** By the number of the frame, the id of each message. */
  readonly #found = new Map<number, unknown[]>();

  /** Enters a message. */
  enter(body: Buffer, messageId: unknown): void {
    const { id, user } = payload.parse(JSON.parse(body.toString()));
    const number = numberOf(id ?? user?.id ?? '');
    if (number === undefined) return;
    const ids = this.#found.get(number);
    if (ids === undefined) this.#found.set(number, [messageId]);
    else ids.push(messageId);
  }

  /** Waits until `frames` different frames were found, or nothing new has come for `patienceMs`. */
  async until(frames: number, patienceMs: number): Promise<void> {
    let last = this.#found.size;
    let since = performance.now();
    while (this.#found.size < frames && performance.now() - since < patienceMs) {
      await delay(50);
      if (this.#found.size !== last) [last, since] = [this.#found.size, performance.now()];
    }
  }

  /** Holds what was found against the frames with the numbers below `frames`. */
  compare(frames: number): { readonly lost: number; readonly repeated: number; readonly renamed: number } {
    let repeated = 0;
    let renamed = 0;
    for (const ids of this.#found.values()) {
      const different = new Set(ids).size;
      renamed += different - 1;
      repeated += ids.length - different;
    }
    return { lost: frames - this.#found.size, repeated, renamed };
  }
}
