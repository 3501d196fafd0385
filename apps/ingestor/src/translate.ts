import { InteractionType } from 'discord-api-types/v10';
import {
  dispatchEventId,
  dispatchType,
  guildCreateType,
  guildDeleteType,
  interactionType,
  priorityOf,
  type Event,
} from '@arrakis/protocol';
import type { Dispatch } from '@arrakis/gateway';
import { z } from 'zod';

const snowflake = z.string().regex(/^\d{1,20}$/);
const optionalSnowflake = snowflake.optional().catch(undefined);
const user = z.object({ id: optionalSnowflake }).optional().catch(undefined);

/** The parts of a payload by which an event is told from others; all else is the handlers' business. */
const known = z.object({
  id: optionalSnowflake,
  guild_id: optionalSnowflake,
  user_id: optionalSnowflake,
  user,
  author: user,
  member: z.object({ user }).optional().catch(undefined),
  unavailable: z.boolean().optional().catch(undefined),
  type: z.number().optional().catch(undefined),
  data: z
    .object({ name: z.string().max(64).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

type Known = z.output<typeof known>;

/** What does not stand in the dispatch itself. */
export interface Origin {
  readonly applicationId: string;
  /** Gives the W3C `traceparent` of a new trace. */
  newTraceparent(): string;
}

/** Turns a dispatch into the event that is published. Pure: the same dispatch gives the same event, but for its trace. */
export function translate(dispatch: Dispatch, origin: Origin): Event {
  const parts = knownParts(dispatch.data);
  const type = typeOf(dispatch, parts);
  const isInteraction = dispatch.name === 'INTERACTION_CREATE';
  // Guild dispatches carry the guild itself: its id stands where others have their own.
  const isGuild =
    dispatch.name === 'GUILD_CREATE' || dispatch.name === 'GUILD_UPDATE' || dispatch.name === 'GUILD_DELETE';
  const guildId = isGuild ? parts.id : parts.guild_id;
  const userId = parts.user?.id ?? parts.member?.user?.id ?? parts.user_id ?? parts.author?.id;
  return {
    id:
      isInteraction && parts.id !== undefined
        ? parts.id
        : dispatchEventId(origin.applicationId, dispatch.sessionId, dispatch.sequence),
    type,
    applicationId: origin.applicationId,
    priority: priorityOf(type),
    shard: dispatch.shardId,
    sequence: dispatch.sequence,
    ...(guildId !== undefined && { guildId }),
    ...(userId !== undefined && { userId }),
    receivedAt: dispatch.receivedAt,
    traceparent: origin.newTraceparent(),
    body: dispatch.body,
  };
}

const nothingKnown: Known = {};

function knownParts(data: unknown): Known {
  const parsed = known.safeParse(data);
  return parsed.success ? parsed.data : nothingKnown;
}

/** The event type under which a dispatch is published. */
function typeOf(dispatch: Pick<Dispatch, 'name' | 'guildWasUnavailable'>, parts: Known): string {
  switch (dispatch.name) {
    case 'GUILD_CREATE':
      if (parts.unavailable === true) return 'guild.unavailable';
      return guildCreateType(dispatch.guildWasUnavailable ? 'available' : 'joined');
    case 'GUILD_DELETE':
      return guildDeleteType(parts.unavailable === true);
    case 'INTERACTION_CREATE':
      return interactionType({ type: parts.type ?? InteractionType.Ping, commandName: parts.data?.name });
    default:
      return dispatchType(dispatch.name);
  }
}
