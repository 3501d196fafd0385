import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arrakis-lock-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A process that takes the lock, notes when it has come in and when it goes out, and tells its exit code. */
async function contend(name: string): Promise<number> {
  const script = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as delay } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.mjs'))};
    await withLock(${JSON.stringify(join(folder, 'lock'))}, async () => {
      appendFileSync(${JSON.stringify(join(folder, 'notes'))}, '${name} in\\n');
      await delay(20);
      appendFileSync(${JSON.stringify(join(folder, 'notes'))}, '${name} out\\n');
    });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return Number(code);
}

async function notes(): Promise<string[]> {
  return (await readFile(join(folder, 'notes'), 'utf8')).trim().split('\n');
}

test('one process at a time', async () => {
  const names = ['a', 'b', 'c', 'd'];
  expect(await Promise.all(names.map(contend))).toEqual([0, 0, 0, 0]);
  const lines = await notes();
  expect(lines).toHaveLength(8);
  for (let index = 0; index < lines.length; index += 2) {
    expect(lines[index + 1]).toBe(lines[index]?.replace(' in', ' out'));
  }
  expect(existsSync(join(folder, 'lock'))).toBe(false);
});

test('the lock of a dead process is no obstacle, to however many wait for it', async () => {
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(dead, 'exit');
  await writeFile(join(folder, 'lock'), JSON.stringify({ pid: dead.pid, host: hostname(), id: 'dead' }));
  expect(await Promise.all(['a', 'b', 'c'].map(contend))).toEqual([0, 0, 0]);
  const lines = await notes();
  expect(lines.filter((_, index) => index % 2 === 0).toSorted()).toEqual(['a in', 'b in', 'c in']);
});
