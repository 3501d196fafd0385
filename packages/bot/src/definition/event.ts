import type {
  GatewayDispatchPayload,
  GatewayGuildCreateDispatchData,
  GatewayGuildDeleteDispatchData,
} from 'discord-api-types/v10';
import { discordPayload, snowflake } from '@arrakis/discord-rest';
import { gatewayGap, gatewaySessionLost, type GatewayGap, type GatewaySessionLost } from '@arrakis/protocol';
import { z } from 'zod';
import type { EventContext } from '../interaction/context.ts';
import { parsePayload } from '../interaction/interaction.ts';
import { definitionSite } from './definition-site.ts';

/** Event types that are not their dispatch's name in lower case with dots. See protocol's `dispatchType`. */
interface NamedTypes {
  GUILD_MEMBER_ADD: 'member.join';
  GUILD_MEMBER_REMOVE: 'member.leave';
  GUILD_MEMBER_UPDATE: 'member.update';
}

type Dotted<Name extends string> = Name extends `${infer Head}_${infer Tail}` ? `${Head}.${Dotted<Tail>}` : Name;

type EventTypeOf<Name extends string> = Name extends keyof NamedTypes ? NamedTypes[Name] : Dotted<Lowercase<Name>>;

type DispatchPayloads = {
  [Dispatch in GatewayDispatchPayload as EventTypeOf<`${Dispatch['t']}`>]: Dispatch['d'];
};

/**
 * The payload of each event type, as Discord documents it: its `d`; of `gateway.gap` and `gateway.session.lost`, what
 * the ingestor says of events that were lost. Interactions are handled by what they are.
 */
export interface EventPayloads extends Omit<DispatchPayloads, 'interaction.create'> {
  readonly 'guild.available': GatewayGuildCreateDispatchData;
  readonly 'guild.unavailable': GatewayGuildDeleteDispatchData;
  readonly 'gateway.gap': GatewayGap;
  readonly 'gateway.session.lost': GatewaySessionLost;
}

/** Where an event is handled: `low` is for handlers that take long, so that they do not hold up the others. */
export type EventLane = 'normal' | 'low';

/** How an event is handled. */
export interface EventOptions {
  /** `normal` unless said otherwise. */
  readonly lane?: EventLane;
}

/** The handler of an event that is no interaction. */
export interface EventHandler {
  readonly kind: 'event';
  readonly type: string;
  readonly lane: EventLane;
  /** File and line of its definition. */
  readonly site: string;
  /**
   * Reads the payload.
   * @throws {MalformedPayloadError}
   */
  prepare(payload: unknown): EventInvocation;
}

/** An event whose payload is read: ready to run. */
export interface EventInvocation {
  /** Which handler, for logs: `event member.join`. */
  readonly handler: string;
  /** @throws what the handler throws. */
  run(context: EventContext): Promise<void>;
}

// Fields beyond these are not looked at, and pass: to take over what is not looked at takes five times as long.
const aboutMember = z.object({ guild_id: snowflake, user: z.object({ id: snowflake }) });
const aboutGuild = z.object({ id: snowflake });
const presentGuild = z.union([
  aboutGuild.extend({ name: z.string(), member_count: z.number() }),
  aboutGuild.extend({ unavailable: z.literal(true) }),
]);

const membersChunk = z.object({
  guild_id: snowflake,
  members: z.array(z.object({ user: z.object({ id: snowflake }) })),
  chunk_index: z.int(),
  chunk_count: z.int(),
});

/** What of a payload is checked before a handler sees it: what no handler of this type can do without. */
const shapes: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['member.join', aboutMember],
  ['member.leave', aboutMember],
  ['member.update', aboutMember],
  ['guild.create', presentGuild],
  ['guild.available', presentGuild],
  ['guild.update', aboutGuild.extend({ name: z.string() })],
  ['guild.delete', aboutGuild],
  ['guild.unavailable', aboutGuild],
  ['guild.members.chunk', membersChunk],
  ['gateway.gap', gatewayGap],
  ['gateway.session.lost', gatewaySessionLost],
]);

/**
 * Defines what happens on an event: `on('member.join', async (ctx, member) => { … })`. What takes longer than some
 * seconds belongs into the low lane: `on('guild.create', importMembers, { lane: 'low' })`.
 */
export function on<const Type extends keyof EventPayloads>(
  type: Type,
  run: (context: EventContext, payload: EventPayloads[Type]) => void | Promise<void>,
  { lane = 'normal' }: EventOptions = {},
): EventHandler {
  const schema = discordPayload<EventPayloads[Type]>(shapes.get(type) ?? z.object({}));
  return {
    kind: 'event',
    type,
    lane,
    site: definitionSite(on),
    prepare(payload) {
      const read = parsePayload(schema, payload, type);
      return { handler: `event ${type}`, run: async (context) => run(context, read) };
    },
  };
}
