import { expect, test } from 'vitest';
import { findProcess, listProcesses, parsePs } from './processes.ts';

test('finds this process, always with the same start', async () => {
  const found = await findProcess(process.pid);
  expect(found?.command).toContain('node');
  expect(found?.started).toMatch(/^\w+$/);
  expect(await listProcesses()).toContainEqual(found);
});

test('a pid that nobody has is no process', async () => {
  expect(await findProcess(2 ** 30)).toBeUndefined();
});

test('reads the output of ps on macOS', () => {
  const output = [
    '    1     1 Sat Nov 21 03:46:00 2026     /sbin/launchd',
    '  812   810 Fri Nov  6 11:02:45 2026     redis-server 127.0.0.1:6379',
    '',
  ].join('\n');
  expect(parsePs(output)).toEqual([
    { pid: 1, group: 1, started: 'SatNov210346002026', command: '/sbin/launchd' },
    { pid: 812, group: 810, started: 'FriNov61102452026', command: 'redis-server 127.0.0.1:6379' },
  ]);
});
