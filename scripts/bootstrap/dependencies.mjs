import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './processes.mjs';

/** Folders of packages, as in pnpm-workspace.yaml. */
const workspaces = ['apps', 'packages'];

/**
 * Installs exactly what the lockfile says, unless the last installation was made from the same.
 *
 * @param {string} root
 * @param {import("./toolchain.mjs").Toolchain} toolchain
 * @returns {Promise<void>}
 */
export async function installDependencies(root, toolchain) {
  const stamp = join(root, 'node_modules', '.arrakis-installed');
  const wanted = fingerprint(root, toolchain.version);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await runStep('Install dependencies', {
    program: toolchain.node,
    // Whatever is in node_modules may go: nobody is there to be asked.
    args: [toolchain.pnpm, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'],
    cwd: root,
    env: toolchain.env,
  });
  writeFileSync(stamp, wanted);
}

/**
 * @param {string} root
 * @param {string} toolchainVersion
 */
function fingerprint(root, toolchainVersion) {
  const manifests = workspaces.flatMap((folder) =>
    // The order in which folders are listed is the file system's own.
    readdirSync(join(root, folder))
      .map((name) => join(folder, name, 'package.json'))
      .sort(),
  );
  const hash = createHash('sha256').update(toolchainVersion);
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    const file = join(root, path);
    if (existsSync(file)) hash.update(`\0${path}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}
