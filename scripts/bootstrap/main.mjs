import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './dependencies.mjs';
import { handOver, Interrupted, runStep, StepFailed, stopOnSignals } from './processes.mjs';
import { withLock } from './lock.mjs';
import { prepareToolchain } from './toolchain.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What follows once everything is in place.
 *
 * @type {Readonly<Record<string, { script: string, needsBuild: boolean }>>}
 */
const stages = {
  start: { script: 'scripts/demo/start.ts', needsBuild: true },
  dev: { script: 'scripts/dev/dev.ts', needsBuild: false },
  test: { script: 'scripts/test.ts', needsBuild: false },
  bench: { script: 'scripts/bench/bench.ts', needsBuild: true },
  faults: { script: 'scripts/faults/faults.ts', needsBuild: false },
  arrakis: { script: 'apps/ops/src/main.ts', needsBuild: false },
};

const usage = `Usage: node scripts/bootstrap.mjs ${Object.keys(stages).join('|')} [arguments for it]`;

/**
 * @param {string[]} args - the stage's name and its own arguments
 * @returns {Promise<void>} sets the exit code
 */
export async function main([name = '', ...args]) {
  const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
  if (stage === undefined) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  stopOnSignals();
  try {
    const toolchain = await withLock(join(root, '.arrakis', 'bootstrap.lock'), () => prepare(stage.needsBuild));
    process.exitCode = await handOver({
      program: toolchain.node,
      // Older 24.x announce on every start that they strip types.
      args: ['--conditions=source', '--disable-warning=ExperimentalWarning', stage.script, ...args],
      cwd: root,
      env: toolchain.env,
    });
  } catch (error) {
    if (error instanceof Interrupted) process.exitCode = error.exitCode;
    else if (error instanceof StepFailed) {
      console.error(`\n${error.message}`);
      process.exitCode = 1;
    } else throw error;
  }
}

/** @param {boolean} needsBuild */
async function prepare(needsBuild) {
  const toolchain = await prepareToolchain(root);
  await installDependencies(root, toolchain);
  if (needsBuild) {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [compiler, '--build', 'tsconfig.build.json'];
    await runStep('Build', { program: toolchain.node, args, cwd: root, env: toolchain.env });
  }
  return toolchain;
}
