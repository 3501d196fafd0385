import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { showProgress } from './progress.mjs';

/** A step that did not work; the message is for whoever ran the command. */
export class StepFailed extends Error {}

/** A signal asked us to stop. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Interrupted by ${signal}`);
    this.exitCode = exitCodeOf(signal);
  }
}

/**
 * A program, its arguments, and where it runs.
 *
 * @typedef {object} Command
 * @property {string} program
 * @property {readonly string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 */

/** A second signal within this time is the same Ctrl-C: from the terminal, and once more passed on by npm. */
const sameSignalMs = 1000;

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;

/** @type {NodeJS.Signals | undefined} */
let received;

/** From now on signals go to the process that runs, and end {@link runStep} and {@link handOver} through it. */
export function stopOnSignals() {
  let last = 0;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (Date.now() - last < sameSignalMs) return;
      last = Date.now();
      received = signal;
      running?.kill(signal);
    });
  }
}

/** @throws {Interrupted} once a signal has asked us to stop */
export function throwIfInterrupted() {
  if (received !== undefined) throw new Interrupted(received);
}

/**
 * Runs a command without input to its end, as one step, and says how long it took.
 *
 * @param {string} title
 * @param {Command} command
 * @returns {Promise<void>}
 * @throws {StepFailed} with everything that the program has printed
 * @throws {Interrupted} when a signal came meanwhile
 */
export async function runStep(title, { program, args, cwd, env }) {
  throwIfInterrupted();
  await showProgress(title, async () => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    const code = await ending(child, 'close');
    throwIfInterrupted();
    if (code !== 0) throw new StepFailed(`${title} failed (exit code ${code}):\n\n${output.trim()}\n`);
  });
}

/**
 * Runs a command in our place: same input and output, and signals go to it, which decides what they mean.
 *
 * @param {Command} command
 * @returns {Promise<number>} the exit code
 */
export async function handOver({ program, args, cwd, env }) {
  throwIfInterrupted();
  return ending(spawn(program, args, { cwd, env, stdio: 'inherit' }), 'exit');
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {'exit' | 'close'} event - "close" waits for the output, too
 * @returns {Promise<number>}
 */
function ending(child, event) {
  running = child;
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new StepFailed(`Cannot start ${child.spawnfile}: ${error.message}`)));
    child.on(event, (/** @type {number} */ code, /** @type {NodeJS.Signals | null} */ signal) => {
      running = undefined;
      resolve(signal === null ? code : exitCodeOf(signal));
    });
  });
}

/** @param {NodeJS.Signals} signal */
function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}
