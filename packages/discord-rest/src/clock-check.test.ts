import { waitFor } from '@arrakis/testkit';
import { expect, it } from 'vitest';
import type { RestEvent } from './index.ts';
import { against, interaction, message } from './testing/against.ts';

const answered = (clockAheadMs: number) => ({
  status: 200,
  json: message,
  headers: { date: new Date(Date.now() - clockAheadMs).toUTCString() },
});

const told = (events: readonly RestEvent[]) =>
  events.flatMap((event) => (event.type === 'clock' ? [event.aheadMs] : []));

it('a clock that is ahead of Discord is told before any interaction comes, until it is right again', async () => {
  const { rest, events } = await against(answered(10_000), answered(0));
  expect(rest.whyNotReady()).toBeUndefined();
  rest.keepWarm();
  await waitFor(() => rest.whyNotReady(), { what: 'the clock to be compared' });
  expect(rest.whyNotReady()).toMatch(/clock is \d+\.\d s ahead .*NTP/);
  await rest.getOriginal(interaction());
  expect(rest.whyNotReady()).toBeUndefined();
  const [ahead = 0, ...others] = told(events);
  // A second is all that the date of an answer tells.
  expect(ahead).toBeGreaterThan(8_500);
  expect(others).toEqual([0]);
});

it('a clock that is behind holds up nothing', async () => {
  const { rest, events } = await against(answered(-10_000));
  await rest.getOriginal(interaction());
  expect(rest.whyNotReady()).toBeUndefined();
  const [ahead = 0] = told(events);
  expect(ahead).toBeLessThan(-5_000);
});

it.each([
  ['the same, as far as a second tells', { date: new Date().toUTCString() }],
  ['a little ahead', { date: new Date(Date.now() - 900).toUTCString() }],
  ['said nothing of', { date: 'yesterday' }],
])('a clock that is %s is none to be told of', async (_, headers) => {
  const { rest, events } = await against({ status: 200, json: message, headers });
  await rest.getOriginal(interaction());
  expect(told(events)).toEqual([]);
});
