import { expect, it } from 'vitest';
import { compareSnowflakes, isSnowflake, SnowflakeGenerator, snowflakeTime } from './snowflake.ts';

it('generates increasing ids that tell their time, more than a millisecond holds', () => {
  const nowMs = Date.UTC(2026, 7, 1);
  const generator = new SnowflakeGenerator(() => nowMs);
  const ids = Array.from({ length: 5000 }, () => generator.next());
  expect(new Set(ids).size).toBe(5000);
  expect(ids.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))).toEqual(ids);
  expect(snowflakeTime(ids[0] ?? '')).toBe(nowMs);
  expect(snowflakeTime(ids[4999] ?? '')).toBe(nowMs + 1);
});

it('goes on when the clock steps back', () => {
  const times = [1_700_000_000_000, 1_600_000_000_000];
  const generator = new SnowflakeGenerator(() => times.shift() ?? 0);
  const [first, second] = [generator.next(), generator.next()];
  expect(BigInt(second)).toBeGreaterThan(BigInt(first));
});

it('tells the example of the documentation its time', () => {
  expect(snowflakeTime('175928847299117063')).toBe(1_462_015_105_796);
});

it('knows the form of an id', () => {
  expect(['0', '175928847299117063', '18446744073709551615'].every(isSnowflake)).toBe(true);
  expect(['', '01', '-1', '1.5', 'abc', '18446744073709551616'].some(isSnowflake)).toBe(false);
});

it('orders ids by their age', () => {
  const ids = ['9', '10', '175928847299117063', '1'];
  expect(ids.toSorted(compareSnowflakes)).toEqual(['1', '9', '10', '175928847299117063']);
  expect(compareSnowflakes('5', '5')).toBe(0);
});
