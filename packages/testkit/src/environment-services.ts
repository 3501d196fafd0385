import { ping } from './reachability.ts';
import { type RunningService, type ServiceName, ServicesUnavailable } from './service.ts';

const variables: Readonly<Record<ServiceName, string>> = {
  rabbitmq: 'RABBITMQ_URL',
  redis: 'REDIS_URL',
};

const schemes: Readonly<Record<ServiceName, RegExp>> = {
  rabbitmq: /^amqps?:/,
  redis: /^rediss?:/,
};

/**
 * The service that the environment names, or `undefined` when it names none.
 *
 * @throws ServicesUnavailable when there is a URL and nobody answers there.
 */
export async function serviceFromEnvironment(service: ServiceName): Promise<RunningService | undefined> {
  const variable = variables[service];
  const url = process.env[variable];
  if (url === undefined || url === '') return undefined;
  const [amqp, redis] = ['amqp://guest:guest@127.0.0.1:5672', 'redis://127.0.0.1:6379'];
  if (!URL.canParse(url) || !schemes[service].test(url)) {
    const example = service === 'rabbitmq' ? amqp : redis;
    throw new ServicesUnavailable(`${variable} is not a URL like ${example}. Correct it or unset it.`);
  }
  try {
    await ping(service, url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServicesUnavailable(`${variable} is set, but ${reason}. Correct it or unset it.`);
  }
  return { url, origin: 'environment', stop: () => Promise.resolve() };
}
