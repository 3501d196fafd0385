import { expect, it } from 'vitest';
import { Recording } from './recording.ts';

it('keeps the newest entries in order and counts all', () => {
  const recording = new Recording({ capacity: 3 });
  for (let op = 1; op <= 5; op += 1) recording.addSent({ atMs: op, connectionId: 1, op, data: null });
  expect(recording.sent().map((frame) => frame.op)).toEqual([3, 4, 5]);
  expect(recording.totals.sent).toBe(5);
  recording.clear();
  expect(recording.sent()).toEqual([]);
  expect(recording.totals.sent).toBe(0);
});

it('tells an observer of every dispatch, forgotten ones included, until it has heard enough', () => {
  const recording = new Recording({ capacity: 1 });
  const dispatch = { atMs: 0, applicationId: '1', sessionId: 'a', shardId: 0, type: 'NUMBERED', data: {} };
  const seen: [number, string][] = [];
  const stop = recording.observeDispatches(({ sequence }, body) => seen.push([sequence, body]));
  for (const sequence of [1, 2]) recording.addDispatched({ ...dispatch, sequence }, '{}');
  stop();
  recording.addDispatched({ ...dispatch, sequence: 3 }, '{}');
  expect(seen).toEqual([
    [1, '{}'],
    [2, '{}'],
  ]);
});

it('finds requests by method, route and status', () => {
  const recording = new Recording();
  const request = { atMs: 0, path: '', params: {}, query: {}, headers: {}, files: [] };
  recording.addRequest({ ...request, method: 'GET', route: '/gateway', status: 200 });
  recording.addRequest({ ...request, method: 'POST', route: '/gateway', status: 405 });
  recording.addRequest({ ...request, method: 'GET', route: '/users/@me', status: null });
  expect(recording.requests({ method: 'GET' })).toHaveLength(2);
  expect(recording.requests({ route: '/gateway', status: 405 })).toHaveLength(1);
  expect(recording.requests({ status: null })).toHaveLength(1);
});
