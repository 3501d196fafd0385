import type { HandlerCall, Middleware } from './module.ts';

/**
 * Runs middleware around a handler, the first outermost.
 * @throws {Error} when one calls `next` twice: the handler would run again.
 */
export async function run(
  middleware: readonly Middleware[],
  call: HandlerCall,
  handle: () => Promise<void>,
): Promise<void> {
  const [first, ...rest] = middleware;
  if (first === undefined) return handle();
  let called = false;
  await first(call, async () => {
    if (called) throw new Error(`A middleware around '${call.handler}' has called next() twice.`);
    called = true;
    await run(rest, call, handle);
  });
}
