import { readdir, readFile } from 'node:fs/promises';
import { runCommand } from './run-command.ts';

/** A running process, as far as it takes to recognise one that we started. */
export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  /** Opaque; with the pid it names a process for ever, although pids are used again. */
  readonly started: string;
  readonly command: string;
}

/** Every process of this machine that one may see. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const entries = await Promise.all(pids.map((pid) => readProc(Number(pid))));
    return entries.filter((entry) => entry !== undefined);
  }
  return parsePs(await ps(['-A']));
}

/** The process `pid`, or `undefined` when there is none. */
export async function findProcess(pid: number): Promise<ProcessEntry | undefined> {
  if (process.platform === 'linux') return readProc(pid);
  // ps exits with 1 when there is no such process.
  return parsePs(await ps(['-p', String(pid)]).catch(() => ''))[0];
}

/** Linux: /proc, since slim containers have no `ps`. Format: proc_pid_stat(5), proc_pid_cmdline(5). */
async function readProc(pid: number): Promise<ProcessEntry | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, , group] = fields;
    const started = fields[19];
    if (state === 'Z' || group === undefined || started === undefined) return undefined;
    return {
      pid,
      group: Number(group),
      started,
      command: commandLine.replaceAll('\0', ' ').trim(),
    };
  } catch {
    return undefined; // ended meanwhile
  }
}

function ps(selection: readonly string[]): Promise<string> {
  const columns = ['pid=', 'pgid=', 'lstart=', 'command='].flatMap((column) => ['-o', column]);
  return runCommand(['ps', '-ww', ...selection, ...columns], {
    timeoutMs: 5_000,
    env: { ...process.env, LC_ALL: 'C' },
  });
}

/** `lstart` is five words, such as "Sat Nov 21 03:46:00 2026". */
export function parsePs(output: string): ProcessEntry[] {
  const line = /^\s*(\d+)\s+(\d+)\s+((?:\S+\s+){4}\S+)\s+(.*)$/;
  return output.split('\n').flatMap((text) => {
    const [, pid, group, started, command] = line.exec(text) ?? [];
    if (pid === undefined || group === undefined || started === undefined) return [];
    return [
      {
        pid: Number(pid),
        group: Number(group),
        started: started.replaceAll(/\W+/g, ''),
        command: command ?? '',
      },
    ];
  });
}
