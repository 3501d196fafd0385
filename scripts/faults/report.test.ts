import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renderReport } from './report.ts';
import { isSurvived, readResults } from './results.ts';

const faults = [
  { number: 1, name: 'a kill', notBuilt: 'revival' },
  { number: 2, name: 'a cut' },
  { number: 3, name: 'a fall' },
];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arrakis-faults-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What comes of tests as vitest writes them. */
async function resultsOf(tests: readonly object[]) {
  const path = join(folder, 'results.json');
  const testResults = [{ name: 'a file', status: 'passed', assertionResults: tests }];
  await writeFile(path, JSON.stringify({ testResults }));
  return readResults(path, faults);
}

const passed = { fullName: 'lives', status: 'passed', tags: ['fault-1'] };
const failed = { fullName: 'dies', status: 'failed', tags: ['fault-2'], meta: {} };

test('adds up what the tests of a fault have found, and shows the longest recovery', async () => {
  const results = await resultsOf([
    { ...passed, meta: { fault: { lost: 0, twice: 0, recoveryMs: 1_234 } } },
    { ...passed, meta: { fault: { lost: 0, twice: 0, recoveryMs: 900, note: '3 deaths' } } },
    failed,
    { fullName: 'of no fault', status: 'failed', tags: [], meta: {} },
  ]);
  expect(renderReport({ broker: 'RabbitMQ 3.10.8 (installed)', results }).split('\n')).toEqual([
    'RabbitMQ 3.10.8 (installed)',
    '',
    '   fault   tests  lost  twice  recovery',
    '1  a kill    2/2     0      0  1,234 ms  ✓',
    '2  a cut     0/1     –      –         –  ✗',
    '3  a fall    0/0     –      –         –  ✗',
    '',
    '✗ 2: dies',
    '✗ 3: no test of it has run',
    '1: 3 deaths',
    '1, not built yet: revival',
  ]);
});

test('a fault is survived when nothing failed, nothing is lost and nothing is there twice', async () => {
  const losing = { ...passed, meta: { fault: { lost: 1, twice: 0 } } };
  const repeating = { ...passed, tags: ['fault-2'], meta: { fault: { lost: 0, twice: 1 } } };
  const fine = { ...passed, tags: ['fault-3'], meta: { fault: { lost: 0, twice: 0 } } };
  expect((await resultsOf([losing, repeating, fine])).map(isSurvived)).toEqual([false, false, true]);
});

test('nothing was survived when the tests have left no results', async () => {
  expect((await readResults(join(folder, 'none.json'), faults)).map(isSurvived)).toEqual([false, false, false]);
});
