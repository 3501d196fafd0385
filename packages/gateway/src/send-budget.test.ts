import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SendBudget } from './send-budget.ts';

const intervalMs = 41_250;

it('lets no more than 120 payloads into any 60 s, heartbeats included, however eager the commands', () => {
  const steps = fc.array(
    fc.record({ waitMs: fc.integer({ min: 0, max: 20_000 }), commands: fc.integer({ max: 200, min: 0 }) }),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(steps, (plan) => {
      const budget = new SendBudget();
      budget.reserveHeartbeats(intervalMs);
      const sent: number[] = [];
      let now = 0;
      let heartbeatAt = intervalMs / 2;
      const spend = (at: number) => {
        budget.spend(at);
        sent.push(at);
      };
      for (const { waitMs, commands } of plan) {
        for (const until = now + waitMs; heartbeatAt <= until; heartbeatAt += intervalMs) spend(heartbeatAt);
        now += waitMs;
        for (let command = 0; command < commands && budget.commandIn(now) === 0; command += 1) spend(now);
      }
      sent.forEach((at, index) => expect(sent[index + 120] ?? Infinity).toBeGreaterThan(at + 60_000));
    }),
  );
});

it('says exactly when the next command may follow', () => {
  const budget = new SendBudget();
  budget.reserveHeartbeats(intervalMs);
  let commands = 0;
  for (; budget.commandIn(1_000) === 0; commands += 1) budget.spend(1_000);
  expect(commands).toBe(114);
  const inMs = budget.commandIn(5_000);
  expect(inMs).toBe(57_000);
  expect(budget.commandIn(5_000 + inMs - 1)).toBe(1);
  expect(budget.commandIn(5_000 + inMs)).toBe(0);
});

it('leaves half of itself to commands even when heartbeats would take it all', () => {
  const budget = new SendBudget();
  budget.reserveHeartbeats(100);
  for (let sent = 0; sent < 60; sent += 1) {
    expect(budget.commandIn(0)).toBe(0);
    budget.spend(0);
  }
  expect(budget.commandIn(0)).toBeGreaterThan(0);
  expect(budget.exhausted(0)).toBe(false);
  for (let sent = 0; sent < 60; sent += 1) budget.spend(0);
  expect([budget.exhausted(0), budget.exhausted(61_000)]).toEqual([true, false]);
});
