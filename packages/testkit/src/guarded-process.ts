import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { readFile } from 'node:fs/promises';

/** A program and how to run it. */
export interface GuardedCommand {
  readonly command: readonly [string, ...string[]];
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Both outputs are appended here. */
  readonly logFile: string;
}

/**
 * The program runs in a process group of its own, so that a Ctrl-C in the terminal does not reach it. Standard
 * input is a pipe from us: the shell reads it until its end, which comes when we close it and also when we die,
 * however that happens, and then kills the group. When the program ends by itself, the rest of the group goes too.
 */
const killGroupAtEnd = '{ "$@" </dev/null; kill -s KILL 0; } & cat >/dev/null; kill -s KILL 0';

/** The command runs once standard input has ended: when we say so, or when we have died. */
const runAtEnd = 'cat >/dev/null; exec "$@"';

/** A program that cannot outlive this process. It is killed, not asked to end: what it holds is thrown away. */
export class GuardedProcess implements AsyncDisposable {
  /** The process group of the program and everything it starts. */
  readonly group: number;
  /** Resolves once the program, or the shell around it, has ended for whatever reason. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  private constructor(child: ChildProcess, group: number, logFile: string) {
    this.#child = child;
    this.group = group;
    this.#logFile = logFile;
    this.ended = ending(child);
  }

  /** @throws Error when the shell cannot be started. */
  static start({ command, env, logFile }: GuardedCommand): GuardedProcess {
    const log = openSync(logFile, 'a');
    try {
      const child = spawn('/bin/sh', ['-c', killGroupAtEnd, 'arrakis-guard', ...command], {
        env,
        detached: true,
        stdio: ['pipe', log, log],
      });
      if (child.pid === undefined) throw new Error('Cannot start /bin/sh');
      letGo(child);
      return new GuardedProcess(child, child.pid, logFile);
    } finally {
      closeSync(log);
    }
  }

  /** The end of what it has printed, for an error message. */
  async output(lines = 15): Promise<string> {
    return (await readFile(this.#logFile, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** Kills the program and everything it has started. Safe to call again. */
  async stop(): Promise<void> {
    this.#child.ref();
    this.#child.stdin?.end();
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Prepares a command that runs when the returned function is called, or else when this process has died.
 * The function resolves once the command has ended.
 */
export function runAtExit(command: readonly [string, ...string[]], cwd: string): () => Promise<void> {
  const child = spawn('/bin/sh', ['-c', runAtEnd, 'arrakis-cleanup', ...command], {
    cwd,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  letGo(child);
  const ended = ending(child);
  return async () => {
    child.ref();
    child.stdin?.end();
    await ended;
  };
}

async function ending(child: ChildProcess): Promise<void> {
  await Promise.race([once(child, 'exit'), once(child, 'error')]);
}

/** Lets this process end on its own while the child runs: the pipe's end takes care of the child. */
function letGo(child: ChildProcess): void {
  child.unref();
  const { stdin } = child;
  stdin?.on('error', () => undefined); // the child may have ended before we close its input
  if (stdin instanceof Socket) stdin.unref();
}
