import type { MessageProperties, Options } from 'amqplib';
import { withoutSecrets } from '@arrakis/service';
import { asError, textOf } from './errors.ts';

const attemptHeader = 'x-arrakis-attempt';

/** Largest piece of an error kept in a header, in characters: amqplib refuses header tables above 64 KiB. */
const limits = { name: 100, message: 1_024, stack: 8_192 };

/** Bytes of foreign headers that a copy takes along; another client may send more than amqplib can encode. */
const foreignHeadersLimit = 32_768;

/**
 * Headers that RabbitMQ adds or acts upon. A copy must not carry them: 3.10 honours a client's `x-death` and may
 * drop the message as a cycle, and `CC`/`BCC` would route it elsewhere.
 */
const brokerHeaders = /^(x-death|x-first-death-|x-last-death-|x-delivery-count|x-acquired-count|CC$|BCC$)/;

/** Headers that are written here. */
const ownFailureHeader = /^x-arrakis-(error|attempt|origin|first-failed|last-failed)/;

/** What a copy takes over beside its headers. */
const keptProperties = ['type', 'priority', 'appId', 'timestamp', 'contentType', 'correlationId'] as const;

/** How often the message has been handled, this time included: 1 for the first time. */
export function attemptOf(properties: MessageProperties): number {
  const value: unknown = properties.headers?.[attemptHeader];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 1;
}

/** The properties of a copy that waits for its next attempt, which `attempt` numbers. */
export function retryProperties(properties: MessageProperties, attempt: number, cause: unknown) {
  return copyProperties(properties, {
    ...failureHeaders(properties, cause),
    [attemptHeader]: attempt,
  });
}

/** The properties of a dead letter: the same message, and what on-call needs to know about its failure. */
export function deadLetterProperties(properties: MessageProperties, origin: string, cause: unknown) {
  const attempt = attemptOf(properties);
  return copyProperties(properties, {
    ...failureHeaders(properties, cause),
    [attemptHeader]: attempt,
    'x-arrakis-origin': origin,
  });
}

function failureHeaders(properties: MessageProperties, cause: unknown): Record<string, string | number> {
  const error = asError(cause);
  const now = Date.now();
  const first: unknown = properties.headers?.['x-arrakis-first-failed'];
  return {
    'x-arrakis-first-failed': typeof first === 'number' ? first : now,
    'x-arrakis-last-failed': now,
    'x-arrakis-error': headerText(() => error.name, limits.name),
    'x-arrakis-error-kind': headerText(() => ('kind' in error ? error.kind : 'unknown'), limits.name),
    'x-arrakis-error-message': headerText(() => error.message, limits.message),
    'x-arrakis-error-stack': headerText(() => error.stack ?? '', limits.stack),
  };
}

/** Dead letters are looked at on screens: what errors say about secrets is taken out before. */
function headerText(read: () => unknown, limit: number): string {
  // Cut before, so that a text of megabytes is not searched, and after, since what replaces a secret may be longer.
  return withoutSecrets(textOf(read).slice(0, limit + 1_024)).slice(0, limit);
}

/** The same copy with none of the headers that came with the message, for one that cannot be encoded with them. */
export function withoutForeignHeaders<Copy extends { readonly headers: Readonly<Record<string, unknown>> }>(
  copy: Copy,
): Copy {
  const all = Object.entries(copy.headers);
  const own = all.filter(([name]) => ownFailureHeader.test(name));
  const dropped = all.length - own.length;
  return { ...copy, headers: { ...Object.fromEntries(own), 'x-arrakis-headers-dropped': dropped } };
}

function copyProperties(
  properties: MessageProperties,
  added: Record<string, string | number>,
): Options.Publish & { messageId: string; headers: Record<string, unknown> } {
  const foreign = Object.entries(properties.headers ?? {}).filter(([name]) => !brokerHeaders.test(name));
  const headers: Record<string, unknown> =
    Buffer.byteLength(JSON.stringify(foreign)) > foreignHeadersLimit
      ? { 'x-arrakis-headers-dropped': foreign.length }
      : Object.fromEntries(foreign);
  const kept: Record<string, unknown> = {};
  for (const name of keptProperties) {
    const value: unknown = properties[name];
    // AMQP knows absent properties, not undefined ones.
    if (value !== undefined) kept[name] = value;
  }
  const messageId: unknown = properties.messageId;
  return {
    ...kept,
    // A message that is no event of ours may have no id; the copy needs one to be told from others.
    messageId: typeof messageId === 'string' ? messageId : `unnamed-${crypto.randomUUID()}`,
    deliveryMode: 2,
    headers: { ...headers, ...added },
  };
}
