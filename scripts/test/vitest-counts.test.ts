import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCounts } from './vitest-counts.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arrakis-counts-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function countsOf(results: object): Promise<object> {
  const path = join(folder, 'results.json');
  await writeFile(path, JSON.stringify(results));
  return readCounts(path);
}

const passedFile = { status: 'passed', assertionResults: [{ status: 'passed' }] };
const failedFile = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] };
const brokenFile = { status: 'failed', assertionResults: [] };
const counts = { numPassedTests: 2, numFailedTests: 1, numPendingTests: 3, numTodoTests: 1 };

test('counts tests', async () => {
  expect(await countsOf({ ...counts, testResults: [passedFile, failedFile] })).toEqual({
    passed: 2,
    failed: 1,
    skipped: 4,
  });
});

test('a file that cannot be loaded is a failure, although none of its tests has failed', async () => {
  expect(await countsOf({ ...counts, testResults: [passedFile, failedFile, brokenFile] })).toMatchObject({ failed: 2 });
});

test('no results are a failure', async () => {
  expect(await readCounts(join(folder, 'missing.json'))).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
