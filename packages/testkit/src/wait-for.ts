import { setTimeout as delay } from 'node:timers/promises';

/** How long {@link waitFor} waits and for what. */
export interface WaitOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Completes the sentence "Waited 10000 ms for …". */
  readonly what: string;
  readonly signal?: AbortSignal;
}

/** `undefined`, `null`, `false`, `0` and `""` mean "not yet". */
type Awaited<T> = Exclude<T, undefined | null | false | 0 | ''>;

const firstPauseMs = 5;
const longestPauseMs = 100;

/**
 * Polls until `condition` gives something truthy and returns that. A condition that throws counts as "not yet".
 *
 * @throws Error after `timeoutMs`, with the last thing the condition threw as its `cause`.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, what, signal }: WaitOptions,
): Promise<Awaited<T>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    try {
      const result = await condition();
      if (isThere(result)) return result;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}`, { cause });
    await delay(pauseMs, undefined, signal ? { signal } : {});
  }
}

function isThere<T>(value: T): value is Awaited<T> & T {
  return Boolean(value);
}
