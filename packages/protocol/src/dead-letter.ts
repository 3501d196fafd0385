import { z } from 'zod';
import { moduleHeader } from './message.ts';

/**
 * The headers that say how a message failed. Retries carry them along, dead letters carry all of them; consumers in
 * other languages and the tools of on-call read them by these names.
 */
export const failureHeaders = {
  /** How often it has been tried, this time included; postponements do not count. */
  attempt: 'x-arrakis-attempt',
  /** A list of tables `{attempt, at, error, kind, worker}`: the first failure and the latest ones, oldest first. */
  attempts: 'x-arrakis-attempts',
  /** ms since the epoch. */
  firstFailed: 'x-arrakis-first-failed',
  /** ms since the epoch. */
  lastFailed: 'x-arrakis-last-failed',
  /** Class of the error: `TypeError`. */
  error: 'x-arrakis-error',
  /** What kind of failure, of few values: `timeout`; `unknown` when the error does not say. */
  errorKind: 'x-arrakis-error-kind',
  errorMessage: 'x-arrakis-error-message',
  errorStack: 'x-arrakis-error-stack',
  /** The same for failures of the same kind at the same place, whatever ids and numbers they name. */
  fingerprint: 'x-arrakis-fingerprint',
  /** The queue in which it failed, and to which it is put back. */
  origin: 'x-arrakis-origin',
  /** Name of the process in which it failed. */
  worker: 'x-arrakis-worker',
  /** Version of that process: its `APP_VERSION`. */
  workerVersion: 'x-arrakis-worker-version',
  /** True when it is an interaction that nobody can answer any more: to put it back is of no use. */
  expired: 'x-arrakis-expired',
  /** How many foreign headers were left out, because all together were too large. */
  headersDropped: 'x-arrakis-headers-dropped',
} as const;

/** One failure of a message. */
export interface FailedAttempt {
  readonly attempt: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly error: string;
  readonly kind: string;
  readonly worker: string;
}

/** A message among the dead letters. Of what is no message of Arrakis, only the body is certain. */
export interface DeadLetter {
  /** Event id. */
  readonly id: string | undefined;
  /** Event type. */
  readonly type: string | undefined;
  readonly applicationId: string | undefined;
  readonly guildId: string | undefined;
  readonly userId: string | undefined;
  /** The module whose handler it is for, where several handle the event. */
  readonly module: string | undefined;
  /** When its frame was read from the gateway, in ms since the epoch. */
  readonly receivedAt: number | undefined;
  readonly traceparent: string | undefined;
  /** Discord's own payload; that of an interaction is without its token. */
  readonly body: Buffer;
  /** `worker`: given up, with the reason; `broker`: RabbitMQ itself moved it; `unknown`: whoever put it there. */
  readonly by: 'worker' | 'broker' | 'unknown';
  /** The queue in which it failed. */
  readonly origin: string | undefined;
  readonly error: {
    readonly name: string;
    readonly kind: string;
    readonly message: string;
    readonly stack: string | undefined;
  };
  readonly fingerprint: string;
  readonly attempt: number;
  readonly attempts: readonly FailedAttempt[];
  /** ms since the epoch. */
  readonly firstFailedAt: number | undefined;
  readonly lastFailedAt: number | undefined;
  readonly worker: string | undefined;
  readonly workerVersion: string | undefined;
  /** Nobody can answer it any more. */
  readonly expired: boolean;
}

/** A field that is left out when it is not what it should be: a dead letter is shown whatever is wrong with it. */
const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

const time = z.number().int().min(0);
const failedAttempt = z.object({
  attempt: z.number().int().min(1),
  at: time,
  error: z.string(),
  kind: z.string(),
  worker: z.string(),
});

/** What RabbitMQ notes when it moves a message, newest first (RabbitMQ docs, "Dead Letter Exchanges", Effects). */
const death = z.looseObject({
  reason: z.string(),
  queue: z.string(),
  count: lenient(z.number()),
  time: lenient(z.object({ value: z.number() })),
});

const headersSchema = z.object({
  'x-arrakis-guild': lenient(z.string()),
  'x-arrakis-user': lenient(z.string()),
  [moduleHeader]: lenient(z.string()),
  'x-arrakis-received': lenient(time),
  traceparent: lenient(z.string()),
  'x-death': z.array(z.unknown()).catch([]),
  [failureHeaders.attempt]: z.number().int().min(1).catch(1),
  [failureHeaders.attempts]: z.array(z.unknown()).catch([]),
  [failureHeaders.firstFailed]: lenient(time),
  [failureHeaders.lastFailed]: lenient(time),
  [failureHeaders.error]: lenient(z.string()),
  [failureHeaders.errorKind]: z.string().catch('unknown'),
  [failureHeaders.errorMessage]: z.string().catch(''),
  [failureHeaders.errorStack]: lenient(z.string()),
  [failureHeaders.fingerprint]: lenient(z.string()),
  [failureHeaders.origin]: lenient(z.string()),
  [failureHeaders.worker]: lenient(z.string()),
  [failureHeaders.workerVersion]: lenient(z.string()),
  [failureHeaders.expired]: z.boolean().catch(false),
});

type Headers = z.output<typeof headersSchema>;

const noHeaders = headersSchema.parse({});

const propertiesSchema = z.object({
  messageId: lenient(z.string()),
  type: lenient(z.string()),
  appId: lenient(z.string()),
  headers: headersSchema.catch(noHeaders),
});

const noProperties = propertiesSchema.parse({});

/**
 * Reads a dead letter. Never throws: what is missing or malformed is undefined. A message that RabbitMQ itself moved,
 * after too many deliveries for example, has no word of a worker about it; it is told from its `x-death`.
 */
export function decodeDeadLetter(message: { readonly body: Buffer; readonly properties: unknown }): DeadLetter {
  const { messageId, type, appId, headers } = propertiesSchema.catch(noProperties).parse(message.properties);
  return {
    id: messageId,
    type,
    applicationId: appId,
    guildId: headers['x-arrakis-guild'],
    userId: headers['x-arrakis-user'],
    module: headers[moduleHeader],
    receivedAt: headers['x-arrakis-received'],
    traceparent: headers.traceparent,
    body: message.body,
    attempt: headers[failureHeaders.attempt],
    attempts: failedAttempts(headers[failureHeaders.attempts]),
    ...failureOf(headers),
  };
}

/** The failures in a header `x-arrakis-attempts`, without what is none. */
export function failedAttempts(header: unknown): FailedAttempt[] {
  return Array.isArray(header) ? readable(failedAttempt, header) : [];
}

type Failure = Pick<
  DeadLetter,
  'by' | 'origin' | 'error' | 'fingerprint' | 'firstFailedAt' | 'lastFailedAt' | 'worker' | 'workerVersion' | 'expired'
>;

function failureOf(headers: Headers): Failure {
  const moved = movedByBroker(headers);
  if (moved !== undefined) return moved;
  const name = headers[failureHeaders.error];
  const kind = headers[failureHeaders.errorKind];
  return {
    by: name === undefined ? 'unknown' : byOf(name),
    origin: headers[failureHeaders.origin],
    error: {
      name: name ?? 'Unknown',
      kind,
      message: headers[failureHeaders.errorMessage],
      stack: headers[failureHeaders.errorStack],
    },
    fingerprint: headers[failureHeaders.fingerprint] ?? `${name ?? 'unknown'}:${kind}`,
    firstFailedAt: headers[failureHeaders.firstFailed],
    lastFailedAt: headers[failureHeaders.lastFailed],
    worker: headers[failureHeaders.worker],
    workerVersion: headers[failureHeaders.workerVersion],
    expired: headers[failureHeaders.expired],
  };
}

/** The error of a message that RabbitMQ itself has moved. */
const brokerError = 'BrokerDeadLetter';

/** Its headers name it when it has been moved on: RabbitMQ's own note stays behind then. */
function byOf(error: string): 'worker' | 'broker' {
  return error === brokerError ? 'broker' : 'worker';
}

/**
 * The failure of a message that RabbitMQ itself has moved: the newest entry of its `x-death` says from where and why.
 * What the headers say besides is of earlier attempts. A worker takes the entries out of what it dead-letters.
 */
function movedByBroker(headers: Headers): Failure | undefined {
  const [newest] = readable(death, headers['x-death']);
  if (newest === undefined) return undefined;
  const { reason, queue, time: at } = newest;
  const kind = reason.replaceAll('_', '-');
  // RabbitMQ writes seconds.
  const movedAt = at === undefined ? undefined : at.value * 1000;
  return {
    by: 'broker',
    origin: queue,
    error: { name: brokerError, kind, message: brokerReasons.get(reason) ?? reason, stack: undefined },
    fingerprint: `broker:${kind}:${queue}`,
    firstFailedAt: headers[failureHeaders.firstFailed] ?? movedAt,
    lastFailedAt: movedAt,
    worker: undefined,
    workerVersion: undefined,
    expired: false,
  };
}

const brokerReasons: ReadonlyMap<string, string> = new Map([
  ['delivery_limit', 'RabbitMQ delivered it as often as the queue allows, and nobody settled it.'],
  ['expired', 'It waited in its queue for longer than the queue allows.'],
  ['maxlen', 'Its queue was full.'],
  ['rejected', 'A consumer rejected it.'],
]);

function readable<Schema extends z.ZodType>(schema: Schema, values: readonly unknown[]): z.output<Schema>[] {
  return values.flatMap((value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
}
