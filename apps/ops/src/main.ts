#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';
import { commands } from './commands.ts';
import { processEnvironment } from './config.ts';
import { Output } from './output.ts';

const interrupted = new AbortController();
for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    // A second one does not wait.
    if (interrupted.signal.aborted) process.exit(exitCode);
    interrupted.abort(new Error(`interrupted by ${signal}`));
    process.exitCode = exitCode;
  });
}

const exitCode = await runCommandLine(process.argv.slice(2), {
  commands,
  environment: processEnvironment,
  output: new Output(process.stdout, process.stderr),
  signal: interrupted.signal,
});
process.exitCode ??= exitCode;
