/**
 * What a measured process does on request.
 *
 * @typedef {Record<string, (input: unknown) => unknown>} Methods
 * @typedef {{ id: number, method: string, input: unknown }} Question
 */

/** @type {Methods} */
const offered = {};

/** Asked for before it was offered: a process is asked as soon as it runs. @type {Question[]} */
let early = [];

/**
 * Answers a `Remote` over the IPC channel, and ends this process with whoever started it. Further calls offer further
 * methods. It is JavaScript because loading TypeScript would cost a measured process memory that it does not need in
 * production.
 *
 * @param {Methods} methods - asynchronous ones may overlap
 */
export function answer(methods) {
  if (Object.keys(offered).length === 0) {
    process.on('message', (/** @type {Question} */ question) => settle(question));
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  }
  Object.assign(offered, methods);
  const waiting = early;
  early = [];
  for (const question of waiting) settle(question);
}

/** @param {Question} question */
function settle(question) {
  const { id, method, input } = question;
  const asked = offered[method];
  if (asked === undefined) {
    early.push(question);
    return;
  }
  void Promise.resolve()
    .then(() => asked(input))
    .then(
      (result) => process.send?.({ id, result }),
      (/** @type {unknown} */ cause) =>
        process.send?.({ id, error: cause instanceof Error ? cause.message : String(cause) }),
    );
}
