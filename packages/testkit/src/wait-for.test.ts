import { expect, test } from 'vitest';
import { waitFor } from './wait-for.ts';

test('gives what the condition gives, once it does', async () => {
  let asked = 0;
  const result = await waitFor(() => ((asked += 1) < 3 ? undefined : 'there'), { what: 'the third time' });
  expect(result).toBe('there');
  expect(asked).toBe(3);
});

test('a condition that throws is asked again', async () => {
  let asked = 0;
  await waitFor(
    () => {
      asked += 1;
      if (asked < 3) throw new Error('not yet');
      return true;
    },
    { what: 'the third time' },
  );
  expect(asked).toBe(3);
});

test('fails after the time-out, naming what was waited for and why it did not come', async () => {
  const cause = new Error('not yet');
  const failure = waitFor(() => Promise.reject(cause), { what: 'Godot', timeoutMs: 30 });
  await expect(failure).rejects.toThrow('Waited 30 ms for Godot');
  await expect(failure).rejects.toMatchObject({ cause });
});

test('stops when the signal says so', async () => {
  const reason = new Error('stopped');
  const waiting = waitFor(() => false, { what: 'nothing', signal: AbortSignal.abort(reason) });
  await expect(waiting).rejects.toMatchObject({ cause: reason });
});
