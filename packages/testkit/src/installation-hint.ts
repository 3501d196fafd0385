import { findExecutable } from './executables.ts';
import { type ServiceName, serviceTitles } from './service.ts';

type Packages = Readonly<Record<ServiceName, string>>;

interface PackageManager {
  readonly program: string;
  readonly install: string;
  readonly packages: Packages;
}

const packageManagers: readonly PackageManager[] = [
  {
    program: 'brew',
    install: 'brew install',
    packages: { rabbitmq: 'rabbitmq', redis: 'redis' },
  },
  {
    program: 'apt-get',
    install: 'sudo apt-get install --no-install-recommends',
    packages: { rabbitmq: 'rabbitmq-server', redis: 'redis-server' },
  },
  {
    program: 'dnf',
    install: 'sudo dnf install',
    packages: { rabbitmq: 'rabbitmq-server', redis: 'valkey' },
  },
  {
    program: 'apk',
    install: 'sudo apk add',
    packages: { rabbitmq: 'rabbitmq-server', redis: 'redis' },
  },
  {
    program: 'pacman',
    install: 'sudo pacman -S',
    packages: { rabbitmq: 'rabbitmq', redis: 'valkey' },
  },
  {
    program: 'zypper',
    install: 'sudo zypper install',
    packages: { rabbitmq: 'rabbitmq-server', redis: 'redis' },
  },
];

/** What to do about services that are `missing`, in the words of this system's package manager. */
export async function installationHint(missing: readonly ServiceName[]): Promise<string> {
  const titles = missing.map((name) => serviceTitles[name]).join(' and ');
  const variables = missing.map((name) => `${name.toUpperCase()}_URL`).join(' and ');
  return [
    `${titles} ${missing.length > 1 ? 'are' : 'is'} needed and not here. Do one of these, then run the command again:`,
    `  - ${await installCommand(missing)}`,
    '  - start a Docker engine',
    `  - set ${variables}`,
  ].join('\n');
}

async function installCommand(missing: readonly ServiceName[]): Promise<string> {
  for (const { program, install, packages } of packageManagers) {
    if ((await findExecutable(program)) === undefined) continue;
    return `${install} ${missing.map((name) => packages[name]).join(' ')}   (nothing needs to run as a service)`;
  }
  const programs = { rabbitmq: 'rabbitmq-server', redis: 'redis-server or valkey-server' };
  return `put ${missing.map((name) => programs[name]).join(' and ')} on the PATH`;
}
