import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { type ServiceName, serviceTitles } from './service.ts';
import { waitFor } from './wait-for.ts';

const connectTimeoutMs = 5_000;

/**
 * Signs in to a service once.
 *
 * @throws Error when it cannot be reached or refuses us; without the URL's password.
 */
export async function ping(service: ServiceName, url: string): Promise<void> {
  try {
    await (service === 'rabbitmq' ? pingRabbitmq(url) : pingRedis(url));
  } catch (error) {
    const reason = error instanceof Error ? firstLine(error) : String(error);
    // amqplib's and ioredis' errors may hold the URL, so they are not passed on as the cause.
    // oxlint-disable-next-line eslint/preserve-caught-error
    throw new Error(`${serviceTitles[service]} at ${withoutPassword(url)} does not answer: ${reason}`);
  }
}

/** Waits until a service that has been started can be signed in to. */
export async function untilAnswering(
  service: ServiceName,
  url: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const what = `${serviceTitles[service]} to answer`;
  await waitFor(() => ping(service, url).then(() => true), { what, timeoutMs, ...(signal && { signal }) });
}

/** `url` as it may be shown. */
function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}

async function pingRabbitmq(url: string): Promise<void> {
  const connection = await connect(url, { timeout: connectTimeoutMs });
  connection.on('error', () => undefined); // nothing is sent any more, so there is nothing to lose
  await connection.close();
}

async function pingRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: connectTimeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // connect() rejects with "Connection is closed" whatever happened; the reason comes as an event.
  let reason: Error | undefined;
  redis.on('error', (error) => {
    reason ??= error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}

/** Node joins the attempts on several addresses into an AggregateError with an empty message. */
function firstLine(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const told = error.message === '' && first instanceof Error ? first.message : error.message;
  return told.split('\n')[0] ?? '';
}
