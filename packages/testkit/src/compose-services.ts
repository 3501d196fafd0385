import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runAtExit } from './guarded-process.ts';
import { checkoutId, createInstanceFolder, recordContainers } from './instance-folder.ts';
import { untilAnswering } from './reachability.ts';
import { runCommand } from './run-command.ts';
import { type ProviderContext, type RunningService, type ServiceName, serviceTitles } from './service.ts';

/** The first start pulls the images. */
const upTimeoutMs = 5 * 60_000;
const answerTimeoutMs = 30_000;
const questionTimeoutMs = 10_000;

const containerPorts: Readonly<Record<ServiceName, number>> = { rabbitmq: 5672, redis: 6379 };

/**
 * Starts `wanted` from the checkout's docker-compose.yml, under a project name of this run and with empty data.
 *
 * @throws Error when Compose is not there or cannot start them.
 */
export async function startComposeServices(
  wanted: readonly ServiceName[],
  { root, report, signal }: ProviderContext,
): Promise<Map<ServiceName, RunningService>> {
  const project = `arrakis-${checkoutId(root)}-${process.pid}`;
  const compose = composeCommand(project, join(root, 'docker-compose.yml'));
  report(`Starting ${wanted.map((name) => serviceTitles[name]).join(' and ')} with Docker Compose`);
  // From here on they go when we do, whatever happens to us.
  const down = runAtExit(compose('down', '--volumes', '--timeout', '2'), root);
  const folder = await createInstanceFolder(root);
  const stop = async (): Promise<void> => {
    await down();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await runCommand(compose('up', '--detach', '--wait', '--quiet-pull', ...wanted), {
      timeoutMs: upTimeoutMs,
      signal,
    });
    const ids = await runCommand(compose('ps', '--quiet'), { timeoutMs: questionTimeoutMs, signal });
    await recordContainers(folder, ids.split('\n'));
    const services = new Map<ServiceName, RunningService>();
    for (const name of wanted) {
      const port = compose('port', name, String(containerPorts[name]));
      const url = serviceUrl(name, (await runCommand(port, { timeoutMs: questionTimeoutMs, signal })).trim());
      await untilAnswering(name, url, { timeoutMs: answerTimeoutMs, signal });
      services.set(name, { url, origin: 'docker', stop });
    }
    return services;
  } catch (error) {
    await stop();
    throw error;
  }
}

function composeCommand(project: string, file: string): (...args: string[]) => readonly [string, ...string[]] {
  return (...args) => ['docker', 'compose', '--project-name', project, '--file', file, ...args];
}

function serviceUrl(name: ServiceName, address: string): string {
  return name === 'rabbitmq' ? `amqp://arrakis:arrakis@${address}` : `redis://${address}`;
}
