/**
 * How often a test tries what happens by chance: `usual` times, and FAULT_ROUNDS times as often when that is set, in a
 * nightly run for example. Its time limit is to grow alike.
 */
export function repetitions(usual: number): number {
  const factor = Number(process.env['FAULT_ROUNDS'] ?? 1);
  if (!Number.isInteger(factor) || factor < 1) throw new Error('FAULT_ROUNDS is a number, 1 or more');
  return usual * factor;
}
