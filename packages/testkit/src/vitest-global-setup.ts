import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { provideServices, type Services } from "./provide-services.ts";
import type {} from "./test-services.ts";

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
      docker: "testcontainers",
      report: (step) => process.stdout.write(`${step}\n`),
      signal: given.signal,
    });
    services.then(
      ({ rabbitmqUrl, redisUrl }) => response.end(JSON.stringify({ rabbitmqUrl, redisUrl })),
      (error: unknown) => {
        response.statusCode = 503;
        response.end(error instanceof Error ? error.message : String(error));
      },
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  project.provide("servicesEndpoint", `http://127.0.0.1:${port}/`);

  return async () => {
    given.abort();
    server.closeAllConnections();
    server.close();
    await services?.then(
      (started) => started.stop(),
      () => undefined, // the tests that asked for them have failed with the reason
    );
  };
}
