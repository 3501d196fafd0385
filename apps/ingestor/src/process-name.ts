import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names are `<host>/<space>/<pid>/<start>`; a space is where a process id means one process. */
const namePattern = /^[^/]*\/(?<space>[0-9a-f]+)\/(?<pid>\d+)\/(?<start>\d+)$/;

/**
 * The id space of this process: the running kernel and the process namespace. Where that is not known, a space of its
 * own: then it can tell of nobody whether it is dead.
 */
const space = knownSpace() ?? randomBytes(8).toString('hex');

/** A name that no other process has or will have, and that tells processes of the same machine whether it still runs. */
export function processName(): string {
  return `${hostname()}/${space}/${process.pid}/${startOf(process.pid) ?? 0}`;
}

/**
 * True when the process of this name is known to run no more. False when it runs, or is somewhere else, where only its
 * silence can tell.
 */
export function isKnownDead(name: string): boolean {
  const { space: itsSpace, pid, start } = namePattern.exec(name)?.groups ?? {};
  if (itsSpace !== space || pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (cause) {
    // Of somebody else's process only the existence is told (EPERM).
    return cause instanceof Error && 'code' in cause && cause.code === 'ESRCH';
  }
  const startNow = startOf(Number(pid));
  return startNow !== undefined && startNow !== start;
}

function knownSpace(): string | undefined {
  try {
    const kernel = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(`${hostname()} ${kernel} ${namespace}`).digest('hex').slice(0, 16);
  } catch {
    return undefined;
  }
}

/**
 * When a process was started, in ticks since the kernel's start: process ids are used again. A process that has ended
 * and is still listed counts as started never. (proc_pid_stat(5), fields 3 and 22.)
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? 'never' : fields[18];
  } catch {
    return undefined;
  }
}
