import { expect, test, vi } from 'vitest';
import { serviceFromEnvironment } from './environment-services.ts';
import { freePorts } from './loopback.ts';
import { testServices } from './test-services.ts';

test('without a URL there is nothing', async () => {
  vi.stubEnv('REDIS_URL', '');
  expect(await serviceFromEnvironment('redis')).toBeUndefined();
});

test('a service that answers is taken as it is', async () => {
  const { rabbitmqUrl, redisUrl } = await testServices();
  vi.stubEnv('RABBITMQ_URL', rabbitmqUrl);
  vi.stubEnv('REDIS_URL', redisUrl);
  expect(await serviceFromEnvironment('rabbitmq')).toMatchObject({ url: rabbitmqUrl, origin: 'environment' });
  expect(await serviceFromEnvironment('redis')).toMatchObject({ url: redisUrl, origin: 'environment' });
});

test.each(['rabbitmq:5672', 'redis://127.0.0.1', 'http://127.0.0.1'])('%s is no RabbitMQ', async (url) => {
  vi.stubEnv('RABBITMQ_URL', url);
  await expect(serviceFromEnvironment('rabbitmq')).rejects.toThrow(
    'RABBITMQ_URL is not a URL like amqp://guest:guest@127.0.0.1:5672',
  );
});

test.each([
  ['rabbitmq', 'RABBITMQ_URL', 'amqp'],
  ['redis', 'REDIS_URL', 'redis'],
] as const)('a %s that does not answer is named, without its password', async (service, variable, scheme) => {
  const [port] = await freePorts(1);
  vi.stubEnv(variable, `${scheme}://user:secret@127.0.0.1:${port}`);
  const failure = serviceFromEnvironment(service);
  await expect(failure).rejects.toThrow(`${variable} is set, but`);
  await expect(failure).rejects.toThrow(
    `at ${scheme}://user:***@127.0.0.1:${port} does not answer: connect ECONNREFUSED`,
  );
  await expect(failure).rejects.not.toThrow('secret');
});
