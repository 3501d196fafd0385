import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Runs what `npm run faults` hands over to. */
const faults = (...args: string[]) =>
  run(process.execPath, ['--conditions=source', 'scripts/faults/faults.ts', ...args], { cwd: root, timeout: 30_000 });

describe('npm run faults', () => {
  test('tells all faults by their numbers', async () => {
    const { stdout } = await faults('--help');
    expect(stdout).toMatch(/^ {2} 1 {2}worker killed/m);
    expect(stdout).toMatch(/^ {2}20 {2}rolling deploy/m);
  });

  test('says what it does not understand, with code 2', async () => {
    const stderr = expect.stringContaining("--only does not know '22'");
    await expect(faults('--only', '1,22')).rejects.toMatchObject({ code: 2, stderr });
  });
});
