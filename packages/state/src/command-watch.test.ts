import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CommandWatch, silenceMs } from './command-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watched() {
  const told: string[] = [];
  const watch = new CommandWatch(() => void told.push('silence'));
  return { watch, told, ask: (name: string) => watch.asked(() => void told.push(name)) };
}

it('fails a command after two seconds, and a silent connection after five', () => {
  const { told, ask } = watched();
  ask('first');
  vi.advanceTimersByTime(1_900);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(400);
  expect(told).toEqual(['first']);
  vi.advanceTimersByTime(silenceMs - 2_000);
  expect(told).toEqual(['first', 'silence']);
  expect(vi.getTimerCount()).toBe(0);
});

it('takes no connection for silent of which something is heard', () => {
  const { watch, told, ask } = watched();
  const loading = ask('loading');
  for (let second = 0; second < 30; second += 1) {
    vi.advanceTimersByTime(1_000);
    watch.heard();
  }
  watch.answered(loading);
  vi.advanceTimersByTime(2 * silenceMs);
  expect(told).toEqual(['loading']);
});

it('still fails what was asked shortly before a silence was told', () => {
  const { told, ask } = watched();
  ask('first');
  vi.advanceTimersByTime(silenceMs - 100);
  ask('last');
  vi.advanceTimersByTime(2_600);
  expect(told).toEqual(['first', 'silence', 'last']);
});

it('has a timer while something is under way only', () => {
  const { watch, told, ask } = watched();
  watch.answered(ask('answered'));
  vi.advanceTimersByTime(300);
  expect(vi.getTimerCount()).toBe(0);
  ask('forgotten');
  watch.clear();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(2 * silenceMs);
  expect(told).toEqual([]);
});
