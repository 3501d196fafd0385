import { ping } from './reachability.ts';
import { type RunningService, type ServiceName, ServicesUnavailable } from './service.ts';

interface Variable {
  readonly name: string;
  readonly scheme: RegExp;
  readonly example: string;
}

const variables: Readonly<Record<ServiceName, Variable>> = {
  rabbitmq: { name: 'RABBITMQ_URL', scheme: /^amqps?:/, example: 'amqp://guest:guest@127.0.0.1:5672' },
  redis: { name: 'REDIS_URL', scheme: /^rediss?:/, example: 'redis://127.0.0.1:6379' },
};

/**
 * The service that the environment names, or `undefined` when it names none.
 *
 * @throws ServicesUnavailable when there is a URL and nobody answers there.
 */
export async function serviceFromEnvironment(service: ServiceName): Promise<RunningService | undefined> {
  const { name, scheme, example } = variables[service];
  const url = process.env[name];
  if (url === undefined || url === '') return undefined;
  if (!URL.canParse(url) || !scheme.test(url)) {
    throw new ServicesUnavailable(`${name} is not a URL like ${example}. Correct it or unset it.`);
  }
  try {
    await ping(service, url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServicesUnavailable(`${name} is set, but ${reason}. Correct it or unset it.`);
  }
  return { url, origin: 'environment', stop: () => Promise.resolve() };
}
