import { type ExecFileException, execFile } from 'node:child_process';

/** How a command is run; the process gets no input. */
export interface CommandOptions {
  /** Killed after so long. */
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** A command that could not be started, failed, or took too long; the message ends with what it printed. */
class CommandFailed extends Error {
  override readonly name = 'CommandFailed';

  constructor(command: string, output: string, cause: unknown) {
    super(output === '' ? `${command} failed` : `${command} failed:\n${output}`, { cause });
  }
}

const outputLimitBytes = 16 * 1024 * 1024;

/**
 * Runs a command to its end and returns what it wrote to standard output.
 *
 * @throws CommandFailed on anything but exit code 0.
 */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs, ...options }: CommandOptions,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const settle = (error: ExecFileException | null, stdout: string, stderr: string): void => {
    if (error === null) {
      resolve(stdout);
      return;
    }
    const output = [stdout, stderr, reasonOf(error, timeoutMs)].map((text) => text.trim()).filter(Boolean);
    reject(new CommandFailed(program, output.join('\n'), error));
  };
  const child = execFile(
    program,
    args,
    { ...options, timeout: timeoutMs, killSignal: 'SIGTERM', maxBuffer: outputLimitBytes },
    settle,
  );
  child.stdin?.end();
  return promise;
}

/** What the command itself cannot have said. */
function reasonOf(error: ExecFileException, timeoutMs: number): string {
  if (error.code === 'ENOENT') return 'not found';
  return error.killed === true ? `ended after ${timeoutMs} ms` : '';
}
