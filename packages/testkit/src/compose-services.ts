import { join } from 'node:path';
import { runAtExit } from './guarded-process.ts';
import { checkoutId } from './instance-folder.ts';
import { ping } from './reachability.ts';
import { runCommand } from './run-command.ts';
import { type ProviderContext, type RunningService, type ServiceName, serviceTitles } from './service.ts';
import { waitFor } from './wait-for.ts';

/** The first start pulls the images. */
const upTimeoutMs = 5 * 60_000;
const answerTimeoutMs = 30_000;

const containerPorts: Readonly<Record<ServiceName, number>> = { rabbitmq: 5672, redis: 6379 };

/**
 * Starts `wanted` from the checkout's docker-compose.yml, under a project name of its own and with empty data.
 *
 * @throws Error when Compose is not there or cannot start them.
 */
export async function startComposeServices(
  wanted: readonly ServiceName[],
  { root, report, signal }: ProviderContext,
): Promise<Map<ServiceName, RunningService>> {
  const project = `arrakis-${checkoutId(root)}`;
  const file = join(root, 'docker-compose.yml');
  const compose = (...args: string[]): readonly [string, ...string[]] => [
    'docker',
    'compose',
    '--project-name',
    project,
    '--file',
    file,
    ...args,
  ];
  report(`Starting ${wanted.map((name) => serviceTitles[name]).join(' and ')} with Docker Compose`);
  // From here on they go when we do, whatever happens to us.
  const down = runAtExit(compose('down', '--volumes', '--timeout', '2'), root);
  try {
    const up = ['up', '--detach', '--wait', '--force-recreate', '--renew-anon-volumes', '--quiet-pull'];
    await runCommand(compose(...up, ...wanted), { timeoutMs: upTimeoutMs, signal });
    const services = new Map<ServiceName, RunningService>();
    for (const name of wanted) {
      const address = await runCommand(compose('port', name, String(containerPorts[name])), {
        timeoutMs: 10_000,
        signal,
      });
      const url = serviceUrl(name, address.trim());
      await waitFor(() => ping(name, url).then(() => true), {
        what: `${serviceTitles[name]} in its container to answer`,
        timeoutMs: answerTimeoutMs,
        ...(signal && { signal }),
      });
      services.set(name, { url, origin: 'docker', stop: down });
    }
    return services;
  } catch (error) {
    await down();
    throw error;
  }
}

function serviceUrl(name: ServiceName, address: string): string {
  return name === 'rabbitmq' ? `amqp://arrakis:arrakis@${address}` : `redis://${address}`;
}
