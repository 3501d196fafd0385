import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GuardedProcess } from './guarded-process.ts';
import { listProcesses } from './processes.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

const env = { PATH: process.env['PATH'] };

/** Something to guard: a shell with a child of its own. */
const family = ['/bin/sh', '-c', 'sleep 300 & echo started; wait'] as const;

async function membersOf(group: number): Promise<number> {
  return (await listProcesses()).filter((entry) => entry.group === group).length;
}

test('stop ends the program and what it has started', async () => {
  await using folder = await temporaryFolder();
  const guarded = GuardedProcess.start({ command: family, env, logFile: join(folder.path, 'log') });
  await waitFor(async () => (await guarded.output()) === 'started', { what: 'the program' });
  expect(await membersOf(guarded.group)).toBeGreaterThanOrEqual(3);
  await guarded.stop();
  await waitFor(async () => (await membersOf(guarded.group)) === 0, { what: 'the end of the group' });
  await guarded.stop();
});

test('a program that ends by itself is noticed, and its children go with it', async () => {
  await using folder = await temporaryFolder();
  const command = ['/bin/sh', '-c', 'sleep 300 & echo gone wrong >&2; exit 3'] as const;
  const guarded = GuardedProcess.start({ command, env, logFile: join(folder.path, 'log') });
  await guarded.ended;
  expect(await guarded.output()).toBe('gone wrong');
  await waitFor(async () => (await membersOf(guarded.group)) === 0, { what: 'the end of the group' });
});

test('when the owner is killed, its programs end and its last commands run', async () => {
  await using folder = await temporaryFolder();
  const cleaned = join(folder.path, 'cleaned');
  const owner = `
    import { GuardedProcess, runAtExit } from ${JSON.stringify(join(import.meta.dirname, 'guarded-process.ts'))};
    const logFile = ${JSON.stringify(join(folder.path, 'log'))};
    const guarded = GuardedProcess.start({ command: ${JSON.stringify(family)}, env: process.env, logFile });
    runAtExit(['touch', ${JSON.stringify(cleaned)}], '/');
    console.log(guarded.group);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', owner], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const group = Number(line);
  expect(await membersOf(group)).toBeGreaterThan(0);
  expect(existsSync(cleaned)).toBe(false);
  child.kill('SIGKILL');
  await waitFor(async () => (await membersOf(group)) === 0, { what: 'the end of the group' });
  await waitFor(() => existsSync(cleaned), { what: 'the last command' });
});
