import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { findProcess, listProcesses, type ProcessEntry } from './processes.ts';
import { runCommand } from './run-command.ts';

/**
 * Private instances live in `<checkout>/.arrakis/services/<host>-<pid>-<start>-<n>/`. The name says which process
 * owns them, so that several runs in one checkout leave each other alone and what a crash has left is recognised.
 */
const folderName = /^(?<host>[\w-]+)-(?<pid>\d+)-(?<started>\w+)-\d+$/;

/** A file in the folder: the process group of a server, and a text that is part of a command line in that group. */
const groupFile = /^(?<group>\d+)\.group$/;

/** A file in the folder: the containers of the instance, as `docker rm` takes them. */
const containersFile = 'containers';

let created = 0;

/** Eight characters that differ from checkout to checkout. */
export function checkoutId(root: string): string {
  return createHash('sha256').update(root).digest('hex').slice(0, 8);
}

/** Makes an empty folder for instances that this process owns. */
export async function createInstanceFolder(root: string): Promise<string> {
  const self = await findProcess(process.pid);
  created += 1;
  const name = [host(), process.pid, self?.started ?? '0', created].join('-');
  const folder = join(servicesFolder(root), name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Remembers that the process group `group`, in which `mark` is part of a command line, belongs to the folder. */
export async function recordGroup(folder: string, group: number, mark: string): Promise<void> {
  await writeFile(join(folder, `${group}.group`), mark);
}

/** Remembers containers that belong to the folder. */
export async function recordContainers(folder: string, ids: readonly string[]): Promise<void> {
  await writeFile(join(folder, containersFile), ids.join('\n'));
}

/**
 * Ends and removes the instances whose owner is gone: both the owner and its guard were killed.
 * Returns how many process groups and containers it has ended.
 */
export async function removeStaleInstances(root: string): Promise<number> {
  const folders = await readdir(servicesFolder(root)).catch(() => []);
  let ended = 0;
  for (const name of folders) {
    const owner = folderName.exec(name)?.groups;
    if (owner?.['host'] !== host() || (await isAlive(owner))) continue;
    const folder = join(servicesFolder(root), name);
    ended += (await endGroups(folder)) + (await removeContainers(folder));
    await rm(folder, { recursive: true, force: true });
  }
  return ended;
}

async function isAlive(owner: Record<string, string>): Promise<boolean> {
  const entry = await findProcess(Number(owner['pid']));
  return entry !== undefined && entry.started === owner['started'];
}

async function endGroups(folder: string): Promise<number> {
  const processes = await listProcesses();
  let ended = 0;
  for (const file of await readdir(folder).catch(() => [])) {
    const group = Number(groupFile.exec(file)?.groups?.['group']);
    const mark = Number.isNaN(group) ? undefined : await readIfThere(join(folder, file));
    if (mark === undefined || !isOurs(processes, group, mark)) continue;
    process.kill(-group, 'SIGKILL');
    ended += 1;
  }
  return ended;
}

async function removeContainers(folder: string): Promise<number> {
  const ids = (await readIfThere(join(folder, containersFile)))?.split('\n').filter(Boolean) ?? [];
  if (ids.length === 0) return 0;
  // It prints those that it has removed. An engine that does not run has none.
  const remove = runCommand(['docker', 'rm', '--force', '--volumes', ...ids], { timeoutMs: 30_000 });
  return (await remove.catch(() => '')).split('\n').filter(Boolean).length;
}

/** Another process may be removing the same folder. */
async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** Pids are used again: a group is ours only if a command line in it says so. */
function isOurs(processes: readonly ProcessEntry[], group: number, mark: string): boolean {
  return processes.some((entry) => entry.group === group && entry.command.includes(mark));
}

function servicesFolder(root: string): string {
  return join(root, '.arrakis', 'services');
}

function host(): string {
  return hostname().replaceAll(/\W/g, '_');
}
