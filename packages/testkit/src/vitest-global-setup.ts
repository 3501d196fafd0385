import { createServer, type ServerResponse } from 'node:http';
import type { TestProject } from 'vitest/node';
import { listenOnLoopback } from './loopback.ts';
import { provideServices, type Services } from './provide-services.ts';

/**
 * Vitest's global setup: an endpoint from which the first test that needs services has them started, once for the
 * whole run. A run of tests that need none starts none.
 */
export default async function setUpServices(project: TestProject): Promise<() => Promise<void>> {
  let services: Promise<Services> | undefined;
  const given = new AbortController();
  const server = createServer((_request, response) => {
    services ??= provideServices({
      root: project.vitest.config.root,
      docker: 'testcontainers',
      report: (step) => process.stdout.write(`${step}\n`),
      signal: given.signal,
    });
    void answer(services, response);
  });
  const port = await listenOnLoopback(server);
  project.provide('servicesEndpoint', `http://127.0.0.1:${port}/`);

  return async () => {
    given.abort();
    server.closeAllConnections();
    server.close();
    // When they could not be started, the tests that asked for them have failed with the reason.
    await services?.then(
      (started) => started.stop(),
      () => undefined,
    );
  };
}

async function answer(services: Promise<Services>, response: ServerResponse): Promise<void> {
  try {
    const { rabbitmqUrl, redisUrl } = await services;
    response.end(JSON.stringify({ rabbitmqUrl, redisUrl }));
  } catch (error) {
    response.statusCode = 503;
    response.end(error instanceof Error ? error.message : String(error));
  }
}
