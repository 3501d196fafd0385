import { Writable } from 'node:stream';
import { runCommandLine } from '../command-line.ts';
import type { Command, ExitCode } from '../command.ts';
import { Output } from '../output.ts';

/** What a command line has come to. */
export interface Outcome {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line within this process, its output being no terminal. */
export async function run(
  commandLine: string,
  { commands, environment }: { readonly commands: readonly Command[]; readonly environment: NodeJS.ProcessEnv },
): Promise<Outcome> {
  const stdout = new Captured();
  const stderr = new Captured();
  const exitCode = await runCommandLine(commandLine.split(' ').filter(Boolean), {
    commands,
    environment: { APP_ENV: 'test', ...environment },
    output: new Output(stdout, stderr),
    signal: new AbortController().signal,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

class Captured extends Writable {
  text = '';

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}
