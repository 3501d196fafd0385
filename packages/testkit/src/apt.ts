import { findExecutable } from './executables.ts';
import { runCommand } from './run-command.ts';
import { type ProviderContext, type ServiceName, ServicesUnavailable } from './service.ts';

const packages: Readonly<Record<ServiceName, string>> = {
  rabbitmq: 'rabbitmq-server',
  redis: 'redis-server',
};

const timeoutMs = 10 * 60_000;

/**
 * Installs "$@" and starts none of their system services, neither now (policy-rc.d(8) of invoke-rc.d, 101 = "not
 * allowed") nor at the next boot. One script, so that the policy goes away again however this process ends.
 */
const install = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=120 update
apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
if command -v systemctl >/dev/null; then
  for package; do systemctl -q disable "$package" || true; done
fi
`;

/**
 * Installs the servers of `missing` on Debian and its relatives, as root or with a sudo that asks nothing.
 * Returns whether it could; the system's own service instances are not started.
 *
 * @throws ServicesUnavailable when apt was there and failed.
 */
export async function installWithApt(
  missing: readonly ServiceName[],
  { report, signal }: ProviderContext,
): Promise<boolean> {
  if (process.platform !== 'linux' || (await findExecutable('apt-get')) === undefined) return false;
  const asRoot = await rootAccess();
  if (asRoot === undefined) return false;
  const names = missing.map((name) => packages[name]);
  report(`Installing ${names.join(' and ')} with apt`);
  const script = ['/bin/sh', '-c', install, 'install', ...names] as const;
  try {
    await runCommand(asRoot === 'sudo' ? ['sudo', '-n', ...script] : script, { timeoutMs, signal });
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServicesUnavailable(`apt could not install ${names.join(' and ')}. ${reason}`);
  }
}

/** How a command comes to run as root, or `undefined` where a password would be asked for. */
async function rootAccess(): Promise<'already' | 'sudo' | undefined> {
  if (process.getuid?.() === 0) return 'already';
  try {
    await runCommand(['sudo', '-n', 'true'], { timeoutMs: 5_000 });
    return 'sudo';
  } catch {
    return undefined;
  }
}
