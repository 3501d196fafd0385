import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where a handler is defined, as `file:line` below the working directory: the place from which `define` was called.
 * Empty when the engine does not tell.
 */
export function definitionSite(define: (...args: never[]) => unknown): string {
  const about: { stack?: string } = {};
  Error.captureStackTrace(about, define);
  const place = /(?:\(|at )([^()\s]+):(\d+):\d+\)?$/.exec(about.stack?.split('\n')[1] ?? '');
  if (place === null) return '';
  const [, source = '', line = ''] = place;
  const file = source.startsWith('file:') ? fileURLToPath(source) : source;
  return `${relative(process.cwd(), file)}:${line}`;
}
