import { spawn } from 'node:child_process';

/** One part of `npm test`, as it came out. */
export interface StepResult {
  readonly title: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** A program from node_modules/.bin or PATH, and where it runs. */
export interface StepCommand {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** `inherit` shows what it prints as it comes, `to-stderr` beside our results; `on-failure` only then, and as a whole. */
  readonly output: 'inherit' | 'to-stderr' | 'on-failure';
  readonly signal: AbortSignal;
}

/** Runs one step to its end and says in a line how it came out. */
export async function runStep(step: StepCommand): Promise<StepResult> {
  const { title, output } = step;
  const started = performance.now();
  const { code, text } = await run(step);
  const seconds = (performance.now() - started) / 1000;
  const passed = code === 0;
  if (output === 'on-failure' && !step.signal.aborted) {
    if (!passed) console.log(`\n${text.trimEnd()}\n`);
    console.log(`${passed ? '✓' : '✗'} ${title} ${seconds.toFixed(1)} s`);
  }
  return { title, passed, seconds };
}

function run({ command, cwd, env, output, signal }: StepCommand): Promise<{ code: number; text: string }> {
  const [program, ...args] = command;
  const piped = output === 'on-failure';
  const out = { inherit: 'inherit', 'to-stderr': process.stderr, 'on-failure': 'pipe' } as const;
  // The checks are started through launchers that do not pass signals on, so those get a process group to end.
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', out[output], out[output]], detached: piped });
  const end = (): void => {
    if (child.pid !== undefined) process.kill(piped ? -child.pid : child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  // It could not be started; "close" follows.
  child.on('error', (error) => (text += error.message));
  const { promise, resolve } = Promise.withResolvers<{ code: number; text: string }>();
  child.on('close', (code) => {
    signal.removeEventListener('abort', end);
    resolve({ code: code ?? 1, text });
  });
  return promise;
}
