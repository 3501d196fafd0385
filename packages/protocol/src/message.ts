import { z } from 'zod';
import type { DeliveredEvent, Event } from './event.ts';

/** Version of the message format, in the header `x-arrakis-v`. */
const version = 1;

/**
 * A message as AMQP carries it: the body is Discord's own payload, and everything about it is a property, so
 * that a consumer in any language needs only Discord's documentation.
 */
export interface EventMessage {
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: {
    readonly messageId: string;
    readonly type: string;
    readonly priority: number;
    readonly appId: string;
    /** Seconds since the epoch, as AMQP 0-9-1 defines it. */
    readonly timestamp: number;
    readonly contentType: 'application/json';
    readonly deliveryMode: 2;
    readonly headers: EventHeaders;
  };
}

/** The headers of an event's message. */
export interface EventHeaders {
  readonly 'x-arrakis-v': number;
  readonly 'x-arrakis-shard': number;
  readonly 'x-arrakis-seq': number;
  /** When the frame was read, in ms since the epoch. */
  readonly 'x-arrakis-received': number;
  /** W3C Trace Context. */
  readonly traceparent: string;
  readonly 'x-arrakis-guild': string | undefined;
  readonly 'x-arrakis-user': string | undefined;
}

/** The header of a message that is for the handler of one module alone: see {@link DeliveredEvent}. */
export const moduleHeader = 'x-arrakis-module';

/** A message that is not an event of this format. It can never become one: a retry is of no use. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
  readonly kind = 'malformed';
  readonly retryable = false;
}

/** Turns an event into the message that carries it. */
export function encodeEvent(event: Event): EventMessage {
  return {
    routingKey: event.type,
    body: event.body,
    properties: {
      messageId: event.id,
      type: event.type,
      priority: event.priority,
      appId: event.applicationId,
      timestamp: Math.floor(event.receivedAt / 1000),
      contentType: 'application/json',
      deliveryMode: 2,
      headers: {
        'x-arrakis-v': version,
        'x-arrakis-shard': event.shard,
        'x-arrakis-seq': event.sequence,
        'x-arrakis-received': event.receivedAt,
        traceparent: event.traceparent,
        'x-arrakis-guild': event.guildId,
        'x-arrakis-user': event.userId,
      },
    },
  };
}

const snowflakeForm = /^\d{1,20}$/;
const snowflake = z.string().regex(snowflakeForm, 'expected a Discord id (digits)');

const propertiesSchema = z.object({
  messageId: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  priority: z.number().int().min(0).max(255).optional(),
  appId: snowflake,
  headers: z.object({
    'x-arrakis-v': z.literal(version),
    'x-arrakis-shard': z.number().int().min(0),
    'x-arrakis-seq': z.number().int().min(0),
    'x-arrakis-received': z.number().int().min(0),
    'x-arrakis-guild': snowflake.optional(),
    'x-arrakis-user': snowflake.optional(),
    [moduleHeader]: z.string().min(1).max(255).optional(),
    traceparent: z.string().max(55),
  }),
});

type Properties = z.output<typeof propertiesSchema>;

/**
 * Whether the schema takes them. It is said a second time, by hand, since each message passes here and the schema takes
 * ten times as long; what is refused here is refused, and explained, by the schema.
 */
function areWellFormed(properties: unknown): properties is Properties {
  if (!isRecord(properties) || !isRecord(properties['headers'])) return false;
  const { messageId, type, priority, appId, headers } = properties;
  return (
    isShortText(messageId) &&
    isShortText(type) &&
    (priority === undefined || (isCount(priority) && priority <= 255)) &&
    isSnowflake(appId) &&
    headers['x-arrakis-v'] === version &&
    isCount(headers['x-arrakis-shard']) &&
    isCount(headers['x-arrakis-seq']) &&
    isCount(headers['x-arrakis-received']) &&
    isOptionalSnowflake(headers['x-arrakis-guild']) &&
    isOptionalSnowflake(headers['x-arrakis-user']) &&
    (headers[moduleHeader] === undefined || isShortText(headers[moduleHeader])) &&
    typeof headers['traceparent'] === 'string' &&
    headers['traceparent'].length <= 55
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isShortText = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length <= 255;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isSnowflake = (value: unknown) => typeof value === 'string' && snowflakeForm.test(value);
const isOptionalSnowflake = (value: unknown) => value === undefined || isSnowflake(value);

/** @throws {MalformedMessageError} */
function readProperties(properties: unknown): Properties {
  if (areWellFormed(properties)) return properties;
  const parsed = propertiesSchema.safeParse(properties);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new MalformedMessageError(`Not an Arrakis event: ${faults.join('; ')}`);
}

/**
 * Turns a message back into the event it carries. The body is not looked at.
 * @throws {MalformedMessageError} naming every property that is missing or wrong.
 */
export function decodeEvent(message: { readonly body: Buffer; readonly properties: unknown }): DeliveredEvent {
  const { messageId, type, priority = 0, appId, headers } = readProperties(message.properties);
  const guildId = headers['x-arrakis-guild'];
  const userId = headers['x-arrakis-user'];
  const module = headers[moduleHeader];
  return {
    id: messageId,
    type,
    applicationId: appId,
    priority,
    shard: headers['x-arrakis-shard'],
    sequence: headers['x-arrakis-seq'],
    ...(guildId !== undefined && { guildId }),
    ...(userId !== undefined && { userId }),
    receivedAt: headers['x-arrakis-received'],
    traceparent: headers.traceparent,
    ...(module !== undefined && { module }),
    body: message.body,
  };
}
