import { expect, it } from 'vitest';
import { Slots } from './slots.ts';

it('so many are in at a time, the others in their order, and who withdraws is left out', () => {
  const slots = new Slots(2);
  const started: string[] = [];
  const withdraw = new Map(['a', 'b', 'c', 'd', 'e'].map((name) => [name, slots.enter(() => void started.push(name))]));
  expect(started).toEqual(['a', 'b']);
  withdraw.get('c')?.();
  slots.leave();
  expect(started).toEqual(['a', 'b', 'd']);
  slots.leave();
  slots.leave();
  slots.leave();
  expect(started).toEqual(['a', 'b', 'd', 'e']);
  withdraw.get('e')?.();
  slots.enter(() => void started.push('f'));
  slots.enter(() => void started.push('g'));
  slots.enter(() => void started.push('h'));
  expect(started).toEqual(['a', 'b', 'd', 'e', 'f', 'g']);
});
