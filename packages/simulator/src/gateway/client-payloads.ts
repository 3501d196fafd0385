import { GatewayOpcodes as Opcode, PresenceUpdateStatus } from 'discord-api-types/v10';
import { z } from 'zod';

/** Schemas of what a client may send (docs: Gateway Events, Send Events). */

const snowflake = z.string().regex(/^\d{1,20}$/);

/** The common shape of every frame; one that does not have it is a decode error. */
export const envelopeSchema = z.looseObject({ op: z.int(), d: z.unknown().optional() });

const presenceSchema = z.looseObject({
  since: z.number().nullable(),
  activities: z.array(z.looseObject({ name: z.string(), type: z.int() })),
  status: z.enum(PresenceUpdateStatus),
  afk: z.boolean(),
});

export const identifySchema = z.looseObject({
  token: z.string(),
  properties: z.looseObject({}),
  compress: z.boolean().optional(),
  large_threshold: z.int().min(50).max(250).optional(),
  /** any two integers; which of them are shards is decided with 4010 */
  shard: z.tuple([z.int(), z.int()]).optional(),
  presence: presenceSchema.optional(),
  /** anything; what is no set of intents is answered with 4013 */
  intents: z.unknown().optional(),
});

export const resumeSchema = z.looseObject({
  token: z.string(),
  session_id: z.string(),
  seq: z.int(),
});

const heartbeatSchema = z.int().nonnegative().nullable();

const requestGuildMembersSchema = z
  .looseObject({
    guild_id: snowflake,
    query: z.string().optional(),
    limit: z.int().nonnegative().optional(),
    presences: z.boolean().optional(),
    user_ids: z.union([snowflake.transform((id) => [id]), z.array(snowflake)]).optional(),
    /** ignored when invalid */
    nonce: z.string().optional().catch(undefined),
  })
  .refine((request) => request.user_ids !== undefined || request.query !== undefined, 'one of query or user_ids')
  .refine((request) => request.query === undefined || request.limit !== undefined, 'query needs a limit');

const voiceStateUpdateSchema = z.looseObject({
  guild_id: snowflake,
  channel_id: snowflake.nullable(),
  self_mute: z.boolean(),
  self_deaf: z.boolean(),
});

export type Identify = z.infer<typeof identifySchema>;
export type Resume = z.infer<typeof resumeSchema>;
export type RequestGuildMembers = z.infer<typeof requestGuildMembersSchema>;

/** A frame that a client has sent, valid in itself. */
export const clientPayloadSchema = z.discriminatedUnion('op', [
  z.looseObject({ op: z.literal(Opcode.Heartbeat), d: heartbeatSchema }),
  z.looseObject({ op: z.literal(Opcode.Identify), d: identifySchema }),
  z.looseObject({ op: z.literal(Opcode.PresenceUpdate), d: presenceSchema }),
  z.looseObject({ op: z.literal(Opcode.VoiceStateUpdate), d: voiceStateUpdateSchema }),
  z.looseObject({ op: z.literal(Opcode.Resume), d: resumeSchema }),
  z.looseObject({ op: z.literal(Opcode.RequestGuildMembers), d: requestGuildMembersSchema }),
  z.looseObject({
    op: z.literal(Opcode.RequestSoundboardSounds),
    d: z.looseObject({ guild_ids: z.array(snowflake) }),
  }),
  z.looseObject({
    op: z.literal(Opcode.RequestChannelInfo),
    d: z.looseObject({ guild_id: snowflake, fields: z.array(z.string()) }),
  }),
]);

export type ClientPayload = z.infer<typeof clientPayloadSchema>;
