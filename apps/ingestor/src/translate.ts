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

/** The value under `key`, whatever `value` is. */
function part(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** A Discord id; anything else is undefined, since headers and routing hold nothing else. */
function snowflake(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? value : undefined;
}

/** What does not stand in the dispatch itself. */
export interface Origin {
  readonly applicationId: string;
  /** Gives the W3C `traceparent` of a new trace. */
  newTraceparent(): string;
}

/** Turns a dispatch into the event that is published. Pure: the same dispatch gives the same event, but for its trace. */
export function translate(dispatch: Dispatch, origin: Origin): Event {
  const { data, name } = dispatch;
  const type = typeOf(dispatch);
  const ownId = snowflake(part(data, 'id'));
  // Guild dispatches carry the guild itself: its id stands where others have their own.
  const isGuild = name === 'GUILD_CREATE' || name === 'GUILD_UPDATE' || name === 'GUILD_DELETE';
  const guildId = isGuild ? ownId : snowflake(part(data, 'guild_id'));
  const userId = userOf(data);
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
function userOf(data: unknown): string | undefined {
  return (
    snowflake(part(part(data, 'user'), 'id')) ??
    snowflake(part(part(part(data, 'member'), 'user'), 'id')) ??
    snowflake(part(data, 'user_id')) ??
    snowflake(part(part(data, 'author'), 'id'))
  );
}

/** The event type under which a dispatch is published. */
function typeOf({ name, data, guildWasUnavailable }: Dispatch): string {
  const unavailable = part(data, 'unavailable') === true;
  switch (name) {
    case 'GUILD_CREATE':
      if (unavailable) return 'guild.unavailable';
      return guildCreateType(guildWasUnavailable ? 'available' : 'joined');
    case 'GUILD_DELETE':
      return guildDeleteType(unavailable);
    case 'INTERACTION_CREATE':
      return interactionType({ type: kindOf(data), commandName: commandName(data) });
    default:
      return dispatchType(name);
  }
}

function kindOf(interaction: unknown): number {
  const kind = part(interaction, 'type');
  return typeof kind === 'number' ? kind : InteractionType.Ping;
}

/** It becomes part of the routing key, which AMQP limits to 255 bytes. */
function commandName(interaction: unknown): string | undefined {
  const name = part(part(interaction, 'data'), 'name');
  return typeof name === 'string' && name.length <= 64 ? name : undefined;
}
