import { hash } from 'node:crypto';
import { asError, textOf } from './errors.ts';

/** How much of an error counts: of a text of megabytes its beginning says enough. In characters. */
const limits = { message: 1_024, stack: 8_192 };

/** How many of the innermost frames tell the place: what called them often depends on timing. */
const framesThatCount = 3;

/** What differs between two errors that are the same failure, in the order in which it is taken out of a message. */
const variable: readonly [RegExp, string][] = [
  [/\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s"'`<>]+/gi, '<url>'],
  [/(?:[A-Za-z]:)?(?:[\\/][\w.@-]+){2,}/g, '<path>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  // Keys, hashes and tokens: long words of letters and digits.
  [/\b(?=[\w-]{0,63}\d)(?=[\w-]{0,63}[A-Za-z])[\w-]{16,}/g, '<id>'],
  [/-?\d+(?:[.,]\d+)*/g, '<n>'],
];

/**
 * The same for two failures of the same kind at the same place, and stable over runs, releases and whatever ids, numbers
 * and paths they name: class and kind of the error, its message without those, and the innermost frames of own code by
 * file and function. 16 hexadecimal digits.
 */
export function fingerprintOf(cause: unknown): string {
  const error = asError(cause);
  const name = textOf(() => error.name);
  const kind = textOf(() => ('kind' in error ? error.kind : ''));
  const message = textOf(() => error.message).slice(0, limits.message);
  const stack = textOf(() => error.stack ?? '').slice(0, limits.stack);
  return hash('sha256', [name, kind, normalized(message), ...ownFrames(stack)].join('\n'), 'hex').slice(0, 16);
}

function normalized(message: string): string {
  return variable.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), message);
}

/** A frame of V8: `at [async] function (file:line:column)`, or without a function. */
const frame = /^\s+at (?:async )?(?:(?<called>.+?) \()?(?<file>(?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):\d+:\d+\)?$/;

function ownFrames(stack: string): string[] {
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const { called = '', file = '' } = frame.exec(line)?.groups ?? {};
    if (file === '' || /[\\/]node_modules[\\/]/.test(file)) continue;
    frames.push(`${called} ${placeOf(file)}`);
    if (frames.length === framesThatCount) break;
  }
  return frames;
}

/** The file below its app or package, the same for a source and what it is compiled to: `worker/handlers/poll`. */
function placeOf(file: string): string {
  const segments = file.replace(/\.[cm]?[jt]sx?$/, '').split(/[\\/]/);
  const within = segments.findLastIndex((segment) => segment === 'src' || segment === 'dist');
  const from = within < 1 ? Math.max(0, segments.length - 2) : within - 1;
  return segments
    .slice(from)
    .filter((_, index) => within < 1 || index !== 1)
    .join('/');
}
