import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import { ActivityType, PresenceUpdateStatus } from 'discord-api-types/payloads/v10';
import { z } from 'zod';
import { MalformedMessageError } from './message.ts';
import type { QueueDefinition } from './topology.ts';

/**
 * The way back: commands of workers to the gateway. Each shard has a queue, which the process that holds the shard
 * declares and consumes, so that a shard whose send budget is used up holds up no other.
 */

/** Bytes of a whole payload. Discord closes the connection over a longer one (Discord docs, Gateway, "Sending Events"). */
const payloadLimit = 4_096;

/** Most guilds, and members, that a request may name. */
const idsLimit = 100;

/** Discord ignores a longer one, and then nobody knows the answer again. In bytes. */
const nonceLimit = 32;

const snowflake = z.string().regex(/^\d{1,20}$/, 'expected a Discord id (digits)');

/** Discord docs, Gateway Events, "Update Presence"; of an activity, what Discord takes from bots. */
const presenceUpdate = z.object({
  op: z.literal(GatewayOpcodes.PresenceUpdate),
  d: z.object({
    since: z.int().min(0).nullable(),
    activities: z.array(
      z.object({
        name: z.string().min(1).max(128),
        type: z.enum(ActivityType),
        url: z.url().nullable().optional(),
        state: z.string().max(128).nullable().optional(),
      }),
    ),
    status: z.enum(PresenceUpdateStatus),
    afk: z.boolean(),
  }),
});

/** Discord docs, Gateway Events, "Update Voice State". Without a channel the bot leaves. */
const voiceStateUpdate = z.object({
  op: z.literal(GatewayOpcodes.VoiceStateUpdate),
  d: z.object({
    guild_id: snowflake,
    channel_id: snowflake.nullable(),
    self_mute: z.boolean(),
    self_deaf: z.boolean(),
  }),
});

const nonce = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= nonceLimit, `expected at most ${nonceLimit} bytes`)
  .optional();

/** Discord docs, Gateway Events, "Request Guild Members": the members with a prefix, or these. */
const requestGuildMembers = z.object({
  op: z.literal(GatewayOpcodes.RequestGuildMembers),
  d: z.union(
    [
      z.strictObject({
        guild_id: snowflake,
        query: z.string().max(100),
        /** 0 with an empty query means all of them. */
        limit: z.int().min(0).max(idsLimit),
        presences: z.boolean().optional(),
        nonce,
      }),
      z.strictObject({
        guild_id: snowflake,
        user_ids: z.union([snowflake, z.array(snowflake).min(1).max(idsLimit)]),
        presences: z.boolean().optional(),
        nonce,
      }),
    ],
    `expected either query and limit (0 … ${idsLimit}) or up to ${idsLimit} user_ids, and a nonce of up to ${nonceLimit} bytes`,
  ),
});

/** Discord docs, Gateway Events, "Request Soundboard Sounds". */
const requestSoundboardSounds = z.object({
  op: z.literal(GatewayOpcodes.RequestSoundboardSounds),
  d: z.object({ guild_ids: z.array(snowflake).min(1).max(idsLimit) }),
});

const gatewayCommand = z
  .discriminatedUnion('op', [presenceUpdate, voiceStateUpdate, requestGuildMembers, requestSoundboardSounds])
  .refine(
    (command) => Buffer.byteLength(JSON.stringify(command)) <= payloadLimit,
    `expected at most ${payloadLimit} bytes`,
  );

/** What a shard may be told to send: Discord's own payloads, with nothing in them that Discord does not document. */
export type GatewayCommand = z.output<typeof gatewayCommand>;

/** What is known of a command beside its payload. */
export interface ReceivedGatewayCommand {
  readonly command: GatewayCommand;
  /** Until when it is of use, in ms since the epoch; undefined where its sender does not say. */
  readonly deadline: number | undefined;
}

/** Where a command goes and until when. */
export interface GatewayCommandAddress {
  readonly namespace: string;
  readonly applicationId: string;
  readonly shardId: number;
  /** Until when it is of use, in ms since the epoch. */
  readonly deadline: number;
}

/** A command as AMQP carries it, to the default exchange, which routes to the queue named by the routing key. */
export interface GatewayCommandMessage {
  readonly exchange: '';
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: {
    readonly messageId: string;
    readonly type: 'gateway.command';
    readonly appId: string;
    /** Seconds since the epoch. */
    readonly timestamp: number;
    readonly contentType: 'application/json';
    readonly deliveryMode: 2;
    readonly headers: Readonly<Record<string, string | number>>;
  };
}

/** Version of the message format, in the header `x-arrakis-v`. */
const version = 1;

const propertiesSchema = z.object({
  headers: z
    .object({
      'x-arrakis-v': z.literal(version).optional(),
      'x-arrakis-deadline': z.int().min(0).optional(),
    })
    .optional(),
});

/** The longest that a command may wait, in ms, whatever it says itself: what it was about has passed by then. */
export const gatewayCommandLifetimeMs = 600_000;

/** How many commands may wait: a shard sends at most 120 a minute, so that more would not be sent in their lifetime. */
const queueLength = 1_000;

/** How long a queue outlives the last process that held its shard, in ms. */
const queueLifetimeMs = 86_400_000;

/**
 * The queue of a shard's commands. Commands keep their order, also from one holder of the shard to the next: while two
 * consume it, in a hand-over, only the first is served (RabbitMQ docs, "Single Active Consumer").
 */
export function gatewayCommandQueue(
  namespace: string,
  shard: { readonly applicationId: string; readonly shardId: number },
): QueueDefinition {
  return {
    name: queueName(namespace, shard),
    arguments: {
      'x-queue-type': 'classic',
      'x-single-active-consumer': true,
      'x-max-length': queueLength,
      'x-overflow': 'reject-publish',
      'x-message-ttl': gatewayCommandLifetimeMs,
      'x-expires': queueLifetimeMs,
    },
  };
}

function queueName(
  namespace: string,
  { applicationId, shardId }: { readonly applicationId: string; readonly shardId: number },
): string {
  return `${namespace}.gateway.${applicationId}.${shardId}`;
}

/**
 * The shard that receives the events of a guild, and takes its commands. Source: Discord docs, Gateway, "Sharding".
 * @throws {SyntaxError} when the id is no number.
 */
export function shardOf(guildId: string, shardCount: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(shardCount));
}

/** The guilds that a command is about: none, where it is about the bot itself. */
export function guildsOf({ op, d }: GatewayCommand): readonly string[] {
  switch (op) {
    case GatewayOpcodes.PresenceUpdate:
      return [];
    case GatewayOpcodes.VoiceStateUpdate:
    case GatewayOpcodes.RequestGuildMembers:
      return [d.guild_id];
    case GatewayOpcodes.RequestSoundboardSounds:
      return d.guild_ids;
  }
}

/**
 * Turns a command into the message that carries it.
 * @throws {MalformedMessageError} naming what Discord would not take, without its value.
 */
export function encodeGatewayCommand(command: GatewayCommand, address: GatewayCommandAddress): GatewayCommandMessage {
  const checked = parseCommand(command);
  return {
    exchange: '',
    routingKey: queueName(address.namespace, address),
    body: Buffer.from(JSON.stringify(checked)),
    properties: {
      messageId: crypto.randomUUID(),
      type: 'gateway.command',
      appId: address.applicationId,
      timestamp: Math.floor(Date.now() / 1000),
      contentType: 'application/json',
      deliveryMode: 2,
      headers: { 'x-arrakis-v': version, 'x-arrakis-deadline': address.deadline },
    },
  };
}

/**
 * Turns a message back into the command it carries.
 * @throws {MalformedMessageError} naming what is wrong with it, without its value.
 */
export function decodeGatewayCommand(message: {
  readonly body: Buffer;
  readonly properties: unknown;
}): ReceivedGatewayCommand {
  const properties = propertiesSchema.safeParse(message.properties);
  if (!properties.success) throw malformed(properties.error);
  // Looked at before it is parsed: nobody knows who else can write to the queue.
  if (message.body.length > payloadLimit * 4) {
    throw new MalformedMessageError(`Not a gateway command: ${message.body.length} bytes.`);
  }
  let payload: unknown;
  try {
    payload = JSON.parse(message.body.toString());
  } catch {
    throw new MalformedMessageError('Not a gateway command: the body is not JSON.');
  }
  return { command: parseCommand(payload), deadline: properties.data.headers?.['x-arrakis-deadline'] };
}

function parseCommand(payload: unknown): GatewayCommand {
  const parsed = gatewayCommand.safeParse(payload);
  if (!parsed.success) throw malformed(parsed.error);
  return parsed.data;
}

function malformed({ issues }: z.ZodError): MalformedMessageError {
  const faults = issues.slice(0, 10).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  // Names of fields may come from outside as well.
  return new MalformedMessageError(`Not a gateway command: ${faults.join('; ')}`.slice(0, 1_000));
}
