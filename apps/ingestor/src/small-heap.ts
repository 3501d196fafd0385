import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Keeps V8 from taking memory for speed that is not needed here: an event is short-lived and leaves little behind, so a
 * small young generation and frequent collections of a small heap cost next to nothing. What each setting brings is in
 * docs/decisions/0016-small-heap.md. To be called before anything else is loaded.
 */
export function keepHeapSmall(): void {
  // The young generation stays at the 1 MB it begins with.
  setFlagsFromString('--semi-space-growth-factor=1');
  // The next full collection comes when the heap has grown by a tenth, not when it has doubled.
  setFlagsFromString('--heap-growing-percent=10');
  // The middle compiler takes memory for code that the last one soon compiles for good.
  setFlagsFromString('--no-maglev');
}

/**
 * Gives back what was needed to load the program: with so small a young generation most of it lies among what is kept, and
 * before a first full collection V8 does not know how small the heap is.
 */
export function compactHeap(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (isCollector(collect)) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

function isCollector(value: unknown): value is NodeJS.GCFunction {
  return typeof value === 'function';
}
