import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createInstanceFolder, recordGroup, removeStaleInstances } from './instance-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

/** A process that leads its own group, as a server does whose guard is gone. */
function orphan(): { readonly child: ChildProcess; readonly group: number } {
  const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('sleep does not start');
  return { child, group: child.pid };
}

/** The folder of an instance whose owner is gone: no process has had this pid with this start. */
async function abandonedFolder(root: string): Promise<string> {
  const own = await createInstanceFolder(root);
  const [host] = basename(own).split(`-${process.pid}-`);
  const folder = join(dirname(own), `${host}-${process.pid}-0-1`);
  await mkdir(folder);
  return folder;
}

test('ends and removes what a crashed owner has left', async () => {
  await using root = await temporaryFolder();
  const folder = await abandonedFolder(root.path);
  const { child, group } = orphan();
  await recordGroup(folder, group, 'sleep 300');
  expect(await removeStaleInstances(root.path)).toBe(1);
  await waitFor(() => child.signalCode === 'SIGKILL', { what: 'the end of the orphan' });
  expect(existsSync(folder)).toBe(false);
});

test('spares a process group that is not what was recorded', async () => {
  await using root = await temporaryFolder();
  const folder = await abandonedFolder(root.path);
  const { child, group } = orphan();
  await recordGroup(folder, group, 'redis-server 127.0.0.1:1');
  expect(await removeStaleInstances(root.path)).toBe(0);
  expect(existsSync(folder)).toBe(false);
  expect(child.signalCode).toBeNull();
});

test('leaves the instances of a living owner alone', async () => {
  await using root = await temporaryFolder();
  const folder = await createInstanceFolder(root.path);
  const { child, group } = orphan();
  await recordGroup(folder, group, 'sleep 300');
  expect(await removeStaleInstances(root.path)).toBe(0);
  expect(existsSync(folder)).toBe(true);
  expect(child.signalCode).toBeNull();
});

test('two folders of one owner differ', async () => {
  await using root = await temporaryFolder();
  expect(await createInstanceFolder(root.path)).not.toBe(await createInstanceFolder(root.path));
});
