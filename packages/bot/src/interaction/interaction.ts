import {
  ApplicationCommandType,
  ComponentType,
  InteractionType,
  type APIAttachment,
  type APIInteractionDataResolvedChannel,
  type APIInteractionDataResolvedGuildMember,
  type APIInteractionGuildMember,
  type APIMessage,
  type APIRole,
  type APIUser,
} from 'discord-api-types/v10';
import { discordPayload, snowflake } from '@arrakis/discord-rest';
import { z } from 'zod';
import { MalformedPayloadError } from '../errors.ts';

const identified = z.looseObject({ id: snowflake });

const user = discordPayload<APIUser>(z.looseObject({ id: snowflake, username: z.string() }));
const member = discordPayload<APIInteractionGuildMember>(z.looseObject({ user: identified, permissions: z.string() }));
const message = discordPayload<APIMessage>(z.looseObject({ id: snowflake, channel_id: snowflake }));

/** What ids in the data stand for. Source: Discord docs, Receiving and Responding, "Resolved Data Structure". */
const resolved = z.object({
  users: z.record(snowflake, user).optional(),
  members: z.record(snowflake, discordPayload<APIInteractionDataResolvedGuildMember>(z.looseObject({}))).optional(),
  roles: z.record(snowflake, discordPayload<APIRole>(identified)).optional(),
  channels: z.record(snowflake, discordPayload<APIInteractionDataResolvedChannel>(identified)).optional(),
  messages: z.record(snowflake, message).optional(),
  attachments: z.record(snowflake, discordPayload<APIAttachment>(identified)).optional(),
});

const option = z.object({
  name: z.string(),
  type: z.number(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  focused: z.boolean().optional(),
  get options() {
    return z.array(option).optional();
  },
});

const command = z.object({
  type: z.literal([ApplicationCommandType.ChatInput, ApplicationCommandType.User, ApplicationCommandType.Message]),
  name: z.string(),
  options: z.array(option).default([]),
  resolved: resolved.default({}),
  target_id: snowflake.optional(),
});

const component = z.object({
  custom_id: z.string(),
  component_type: z.enum(ComponentType),
  values: z.array(z.string()).default([]),
  resolved: resolved.default({}),
});

const submittedInput = z.object({
  custom_id: z.string(),
  value: z.union([z.string(), z.boolean(), z.null()]).optional(),
  values: z.array(z.string()).optional(),
});

const modal = z.object({
  custom_id: z.string(),
  // An input stands in a label or, in modals of the older form, in an action row; texts between carry none.
  components: z.array(
    z.looseObject({ component: submittedInput.optional(), components: z.array(submittedInput).optional() }),
  ),
  resolved: resolved.default({}),
});

const common = {
  id: snowflake,
  application_id: snowflake,
  token: z.string().min(1),
  guild_id: snowflake.optional(),
  channel: identified.optional(),
  member: member.optional(),
  user: user.optional(),
  locale: z.string().default('en-US'),
  guild_locale: z.string().optional(),
  app_permissions: z.string().regex(/^\d+$/).default('0'),
  message: message.optional(),
};

const interactionSchema = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal(InteractionType.ApplicationCommand), data: command }),
  z.object({ ...common, type: z.literal(InteractionType.ApplicationCommandAutocomplete), data: command }),
  z.object({ ...common, type: z.literal(InteractionType.MessageComponent), data: component }),
  z.object({ ...common, type: z.literal(InteractionType.ModalSubmit), data: modal }),
]);

/** An interaction, as far as handlers and their routing look at it. */
export type Interaction = z.output<typeof interactionSchema>;
export type CommandInteraction = Extract<Interaction, { type: InteractionType.ApplicationCommand }>;
export type AutocompleteInteraction = Extract<Interaction, { type: InteractionType.ApplicationCommandAutocomplete }>;
export type ComponentInteraction = Extract<Interaction, { type: InteractionType.MessageComponent }>;
export type ModalInteraction = Extract<Interaction, { type: InteractionType.ModalSubmit }>;

export type CommandData = z.output<typeof command>;
export type SubmittedOption = z.output<typeof option>;
export type SubmittedField = z.output<typeof submittedInput>;
export type Resolved = z.output<typeof resolved>;

/** What kind of interaction it is, in a word: for logs and metrics. */
export type InteractionKind = 'command' | 'autocomplete' | 'component' | 'modal';

const kinds: Readonly<Record<Interaction['type'], InteractionKind>> = {
  [InteractionType.ApplicationCommand]: 'command',
  [InteractionType.ApplicationCommandAutocomplete]: 'autocomplete',
  [InteractionType.MessageComponent]: 'component',
  [InteractionType.ModalSubmit]: 'modal',
};

/** What kind of interaction it is. */
export function kindOf(interaction: Interaction): InteractionKind {
  return kinds[interaction.type];
}

/**
 * Reads the `d` of an INTERACTION_CREATE.
 * @throws {MalformedPayloadError} naming every field that is wrong, without its value.
 */
export function parseInteraction(payload: unknown): Interaction {
  return parsePayload(interactionSchema, payload, 'interaction');
}

/**
 * Reads a payload by its schema.
 * @throws {MalformedPayloadError} naming every field that is wrong, without its value.
 */
export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown, what: string): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 10).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new MalformedPayloadError(`Not the payload of ${what}: ${faults.join('; ')}`);
}

/** Who asks, and where. */
export interface InteractionFacts {
  /** Id of the interaction; its time is when Discord created it. */
  readonly id: string;
  readonly guildId: string | undefined;
  readonly channelId: string | undefined;
  /** Who caused the interaction. */
  readonly user: APIUser;
  /** In a guild, the member that the user is there, with permissions in this channel. */
  readonly member: APIInteractionGuildMember | undefined;
  /** Language of the user, `en-US` for example. */
  readonly locale: string;
  /** Language that the guild prefers. */
  readonly guildLocale: string | undefined;
  /** What the bot may do in this channel, as a bit set in decimal. */
  readonly appPermissions: string;
}

export function factsOf(interaction: Interaction): InteractionFacts {
  return {
    id: interaction.id,
    guildId: interaction.guild_id,
    channelId: interaction.channel?.id,
    user: userOf(interaction),
    member: interaction.member,
    locale: interaction.locale,
    guildLocale: interaction.guild_locale,
    appPermissions: interaction.app_permissions,
  };
}

/** Who caused the interaction: the member's user in a guild, the user elsewhere. */
export function userOf(interaction: Interaction): APIUser {
  const found = interaction.member?.user ?? interaction.user;
  if (found === undefined) throw new MalformedPayloadError('Not the payload of interaction: it names no user');
  return found;
}
