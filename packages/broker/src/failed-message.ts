import type { MessageProperties, Options } from 'amqplib';
import { decodeDeadLetter, failedAttempts, failureHeaders as names, type FailedAttempt } from '@arrakis/protocol';
import { withoutSecrets } from '@arrakis/service';
import { asError, textOf } from './errors.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Which process it is, and what is deployed there. */
export interface ProcessIdentity {
  readonly name: string;
  readonly version: string;
}

/** A failure, and where it happened. */
export interface Failure {
  readonly cause: unknown;
  /** The queue that the message came from. */
  readonly queue: string;
  readonly identity: ProcessIdentity;
}

/** Largest piece of an error kept in a header, in characters: amqplib refuses header tables above 64 KiB. */
const limits = { name: 64, message: 1_024, stack: 8_192 };

/** How many failures are listed: the first, and the latest. */
const listedAttempts = 20;

/** Bytes of foreign headers that a copy takes along; another client may send more than amqplib can encode. */
const foreignHeadersLimit = 24_576;

/**
 * Headers that RabbitMQ adds or acts upon. A copy must not carry them: 3.10 honours a client's `x-death` and may
 * drop the message as a cycle, and `CC`/`BCC` would route it elsewhere.
 */
const brokerHeaders = /^(x-death|x-first-death-|x-last-death-|x-delivery-count|x-acquired-count|CC$|BCC$)/;

/** Headers of Arrakis, all small; they stay when foreign ones are too large. */
const ownHeader = /^(x-arrakis-|traceparent$)/;

/** What a copy takes over beside its headers. */
const keptProperties = ['type', 'priority', 'appId', 'timestamp', 'contentType', 'correlationId'] as const;

type HeaderValue = string | number | boolean | readonly FailedAttempt[];

/** How often the message has been handled, this time included: 1 for the first time. */
export function attemptOf(properties: MessageProperties): number {
  const value: unknown = properties.headers?.[names.attempt];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 1;
}

/** When the message failed for the first time, in ms since the epoch; undefined when it has not. */
export function firstFailedAt(properties: MessageProperties): number | undefined {
  const value: unknown = properties.headers?.[names.firstFailed];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** The properties of a copy that waits for its next attempt, which `attempt` numbers. */
export function retryProperties(properties: MessageProperties, attempt: number, failure: Failure) {
  return copyProperties(properties, { ...failureHeaders(properties, failure), [names.attempt]: attempt });
}

/** The properties of a dead letter: the same message, and what on-call needs to know about its failure. */
export function deadLetterProperties(properties: MessageProperties, expired: boolean, failure: Failure) {
  return copyProperties(properties, {
    ...failureHeaders(properties, failure),
    [names.attempt]: attemptOf(properties),
    [names.expired]: expired,
  });
}

/** The properties of a copy that is handled from another queue: those of the message. */
export function movedProperties(properties: MessageProperties) {
  return copyProperties(properties, {});
}

/**
 * The properties of a dead letter that is moved to another queue. What RabbitMQ has noted on one that it dead-lettered itself
 * cannot go along; it becomes what a worker would have noted.
 */
export function movedDeadLetterProperties(properties: MessageProperties) {
  const {
    by,
    origin,
    error,
    fingerprint,
    firstFailedAt: first,
    lastFailedAt,
  } = decodeDeadLetter({
    body: Buffer.alloc(0),
    properties,
  });
  if (by !== 'broker') return movedProperties(properties);
  return copyProperties(properties, {
    ...(origin !== undefined && { [names.origin]: origin }),
    ...(first !== undefined && { [names.firstFailed]: first }),
    ...(lastFailedAt !== undefined && { [names.lastFailed]: lastFailedAt }),
    [names.error]: error.name,
    [names.errorKind]: error.kind,
    [names.errorMessage]: error.message,
    [names.fingerprint]: fingerprint,
  });
}

function failureHeaders(properties: MessageProperties, failure: Failure): Record<string, HeaderValue> {
  const { cause, queue, identity } = failure;
  const error = asError(cause);
  const at = Date.now();
  const name = headerText(() => error.name, limits.name);
  const kind = headerText(() => ('kind' in error ? error.kind : 'unknown'), limits.name);
  const attempt: FailedAttempt = { attempt: attemptOf(properties), at, error: name, kind, worker: identity.name };
  return {
    [names.attempts]: [...earlierAttempts(properties), attempt],
    [names.firstFailed]: firstFailedAt(properties) ?? at,
    [names.lastFailed]: at,
    [names.error]: name,
    [names.errorKind]: kind,
    [names.errorMessage]: headerText(() => error.message, limits.message),
    [names.errorStack]: headerText(() => error.stack ?? '', limits.stack),
    [names.fingerprint]: fingerprintOf(cause),
    [names.origin]: queue,
    [names.worker]: identity.name,
    [names.workerVersion]: identity.version,
  };
}

/** The failures so far, as many as are listed beside a further one. */
function earlierAttempts(properties: MessageProperties): FailedAttempt[] {
  const [first, ...others] = failedAttempts(properties.headers?.[names.attempts]);
  return first === undefined ? [] : [first, ...others.slice(2 - listedAttempts)];
}

/** Dead letters are looked at on screens: what errors say about secrets is taken out before. */
function headerText(read: () => unknown, limit: number): string {
  // Cut before, so that a text of megabytes is not searched, and after, since what replaces a secret may be longer.
  return withoutSecrets(textOf(read).slice(0, limit + 1_024)).slice(0, limit);
}

/** The same copy without the headers that are not Arrakis' own, for one that cannot be encoded with them. */
export function withoutForeignHeaders<Copy extends { readonly headers: Readonly<Record<string, unknown>> }>(
  copy: Copy,
): Copy {
  const all = Object.entries(copy.headers);
  const own = all.filter(([name]) => ownHeader.test(name));
  const dropped = all.length - own.length;
  return { ...copy, headers: { ...Object.fromEntries(own), [names.headersDropped]: dropped } };
}

function copyProperties(
  properties: MessageProperties,
  added: Record<string, HeaderValue>,
): Options.Publish & { messageId: string; headers: Record<string, unknown> } {
  const sent = Object.entries(properties.headers ?? {}).filter(([name]) => !brokerHeaders.test(name));
  const own = sent.filter(([name]) => ownHeader.test(name));
  const foreign = sent.filter(([name]) => !ownHeader.test(name));
  const tooLarge = Buffer.byteLength(JSON.stringify(foreign)) > foreignHeadersLimit;
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
    headers: {
      ...Object.fromEntries(own),
      ...(tooLarge ? { [names.headersDropped]: foreign.length } : Object.fromEntries(foreign)),
      ...added,
    },
  };
}
