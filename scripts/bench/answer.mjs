/**
 * What a measured process does on request.
 *
 * @typedef {Record<string, (input: unknown) => unknown>} Methods
 */

/**
 * Answers a `Remote` over the IPC channel, and ends this process with whoever started it. It is JavaScript because
 * loading TypeScript would cost a measured process memory that it does not need in production.
 *
 * @param {Methods} methods - asynchronous ones may overlap
 */
export function answer(methods) {
  process.on('message', (/** @type {{ id: number, method: string, input: unknown }} */ { id, method, input }) => {
    void Promise.resolve()
      .then(() => methods[method]?.(input))
      .then(
        (result) => process.send?.({ id, result }),
        (/** @type {unknown} */ cause) =>
          process.send?.({ id, error: cause instanceof Error ? cause.message : String(cause) }),
      );
  });
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}
