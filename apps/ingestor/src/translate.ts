import { InteractionType } from 'discord-api-types/payloads/v10';
import {
  dispatchEventId,
  dispatchType,
  guildCreateType,
  guildDeleteType,
  interactionType,
  priorityOf,
  type Event,
} from '@arrakis/protocol';
import type { Dispatch, DispatchFields } from '@arrakis/gateway';

/** A Discord id; anything else is undefined, since headers and routing hold nothing else. */
function snowflake(value: unknown): string | undefined {
  return typeof value === 'string' && isSnowflake(value) ? value : undefined;
}

/** One to twenty digits. A regular expression would take several times as long, for several values an event. */
function isSnowflake(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > 20) return false;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** What does not stand in the dispatch itself. */
export interface Origin {
  readonly applicationId: string;
  /** Gives the W3C `traceparent` of a new trace. */
  newTraceparent(): string;
}

/** Turns a dispatch into the event that is published. Pure: the same dispatch gives the same event, but for its trace. */
export function translate(dispatch: Dispatch, origin: Origin): Event {
  const { fields, name } = dispatch;
  const type = typeOf(dispatch);
  const ownId = snowflake(fields.id);
  // Guild dispatches carry the guild itself: its id stands where others have their own.
  const isGuild = name === 'GUILD_CREATE' || name === 'GUILD_UPDATE' || name === 'GUILD_DELETE';
  const guildId = isGuild ? ownId : snowflake(fields.guildId);
  const userId = userOf(fields);
  return {
    id:
      name === 'INTERACTION_CREATE' && ownId !== undefined
        ? ownId
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

/** The user it is about or who caused it, at whichever place Discord names one. */
function userOf({ user, member, userId, author }: DispatchFields): string | undefined {
  return snowflake(user) ?? snowflake(member) ?? snowflake(userId) ?? snowflake(author);
}

/** The event type under which a dispatch is published. */
function typeOf({ name, fields, guildWasUnavailable }: Dispatch): string {
  const unavailable = fields.unavailable === true;
  switch (name) {
    case 'GUILD_CREATE':
      if (unavailable) return 'guild.unavailable';
      return guildCreateType(guildWasUnavailable ? 'available' : 'joined');
    case 'GUILD_DELETE':
      return guildDeleteType(unavailable);
    case 'INTERACTION_CREATE':
      return interactionType({ type: kindOf(fields), commandName: commandName(fields) });
    default:
      return dispatchType(name);
  }
}

function kindOf({ type }: DispatchFields): number {
  return typeof type === 'number' ? type : InteractionType.Ping;
}

/** It becomes part of the routing key, which AMQP limits to 255 bytes. */
function commandName({ commandName: name }: DispatchFields): string | undefined {
  return typeof name === 'string' && name.length <= 64 ? name : undefined;
}
