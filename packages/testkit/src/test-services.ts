import { z } from 'zod';

const testServicesSchema = z.object({ rabbitmqUrl: z.string(), redisUrl: z.string() });

/** The RabbitMQ and the Redis that all tests of a run share; see `uniqueNamespace`. */
export type TestServices = Readonly<z.infer<typeof testServicesSchema>>;

declare module 'vitest' {
  interface ProvidedContext {
    /** Where vitest's global setup hands out the services; asking starts them. */
    servicesEndpoint: string;
  }
}

/**
 * The services of this test run. The first caller of the run waits until they are started, some seconds.
 *
 * @throws Error when they cannot be had, saying what to do.
 */
export async function testServices(): Promise<TestServices> {
  // Loaded here, since vitest can be imported in tests only and the demo imports this package as well.
  const { inject } = await import('vitest');
  const response = await fetch(inject('servicesEndpoint'));
  if (!response.ok) throw new Error(await response.text());
  return testServicesSchema.parse(await response.json());
}
