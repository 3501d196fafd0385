// How far a measured consumer is.
import { answer } from './answer.mjs';

/** When the first event was handled, in `Date.now()` milliseconds. */
let firstAt = 0;
let count = 0;
let total = Infinity;
let reached = () => {};

answer({
  /** Resolves when as many events have been handled since the start. */
  async untilHandled(/** @type {unknown} */ wanted) {
    total = Number(wanted);
    /** @type {PromiseWithResolvers<void>} */
    const { promise, resolve } = Promise.withResolvers();
    reached = resolve;
    if (count < total) await promise;
    return { firstAt, lastAt: Date.now(), count };
  },
});

/** Counts an event. */
export function handled() {
  count += 1;
  if (count === 1) firstAt = Date.now();
  if (count === total) reached();
}
