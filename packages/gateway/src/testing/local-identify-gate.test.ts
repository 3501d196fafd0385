import { expect, it } from 'vitest';
import { LocalIdentifyGate } from './local-identify-gate.ts';

const never = new AbortController().signal;

it('gives each bucket one turn a window, and other buckets theirs meanwhile', async () => {
  const gate = new LocalIdentifyGate(2, { windowMs: 100 });
  const startedAt = performance.now();
  (await gate.enter(0, never)).identified();
  (await gate.enter(1, never)).identified();
  expect(performance.now() - startedAt).toBeLessThan(90);
  (await gate.enter(2, never)).identified();
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
});

it('passes a turn on at once when it was not used, or not waited for', async () => {
  const gate = new LocalIdentifyGate(1, { windowMs: 60_000 });
  const first = await gate.enter(0, never);
  const impatient = new AbortController();
  const second = gate.enter(1, impatient.signal);
  const third = gate.enter(2, never);
  impatient.abort();
  await expect(second).rejects.toThrow('stopped while waiting to identify');
  first.abandoned();
  (await third).identified();
});
