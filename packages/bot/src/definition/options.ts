import type {
  APIAttachment,
  APIInteractionDataResolvedChannel,
  APIInteractionDataResolvedGuildMember,
  APIRole,
  APIUser,
  ApplicationCommandOptionAllowedChannelType,
  LocalizationMap,
} from 'discord-api-types/v10';
import type { DiscordRest } from '@arrakis/discord-rest';
import type { BotState } from '../state/bot-state.ts';
import type { Exactly, Typed } from './exactly.ts';
import type { FileType } from './modal-fields.ts';

/** A value to choose from, and what the member reads. */
export interface Choice<Value extends string | number> {
  readonly name: string;
  readonly value: Value;
  readonly nameLocalizations?: LocalizationMap;
}

/** What an autocomplete function knows. */
export interface AutocompleteRequest {
  /** What the member has typed so far, as text for every type of option. */
  readonly value: string;
  /** The other options given so far; ids for users, roles, channels. */
  readonly given: Readonly<Record<string, string | number | boolean>>;
  readonly guildId: string | undefined;
  readonly user: APIUser;
  readonly locale: string;
  readonly rest: DiscordRest;
  readonly state: BotState;
  readonly signal: AbortSignal;
}

/** Finds choices while the member types. Discord shows 25 at most: what is beyond them is left out. */
export type Autocomplete<Value extends string | number> = (
  request: AutocompleteRequest,
) => readonly Choice<Value>[] | Promise<readonly Choice<Value>[]>;

/** What every option has. */
export interface OptionBase {
  readonly description: string;
  readonly required?: boolean;
  readonly nameLocalizations?: LocalizationMap;
  readonly descriptionLocalizations?: LocalizationMap;
}

/** Fixed choices, choices found while typing, or free input: Discord takes one of them. */
export type Choosing<Value extends string | number> =
  | { readonly choices?: readonly Choice<Value>[]; readonly autocomplete?: never }
  | { readonly choices?: never; readonly autocomplete: Autocomplete<Value> };

/** A text. */
export type StringOption = OptionBase & Choosing<string> & { readonly minLength?: number; readonly maxLength?: number };
/** A number; a whole one with `opt.integer`. */
export type NumberOption = OptionBase & Choosing<number> & { readonly min?: number; readonly max?: number };
/** A channel of the guild. */
export type ChannelOption = OptionBase & {
  readonly channelTypes?: readonly ApplicationCommandOptionAllowedChannelType[];
};
/** A file. */
export type AttachmentOption = OptionBase & {
  /** By the name of the file alone: what it is must be looked at. */
  readonly fileTypes?: readonly FileType[];
};

/** An option of a slash command. Source: Discord docs, Application Commands, "Application Command Option Structure". */
export type OptionDefinition =
  | (StringOption & { readonly type: 'string' })
  | (NumberOption & { readonly type: 'integer' | 'number' })
  | (ChannelOption & { readonly type: 'channel' })
  | (AttachmentOption & { readonly type: 'attachment' })
  | (OptionBase & { readonly type: 'boolean' | 'user' | 'role' | 'mentionable' });

/** Options by name. Required ones are registered first, whatever their order here. */
export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

/** A user, and in a guild the member that the user is there. */
export interface ResolvedUser {
  readonly user: APIUser;
  readonly member: APIInteractionDataResolvedGuildMember | undefined;
}

/** What a handler gets for each type of option. */
export interface OptionTypes {
  readonly string: string;
  readonly integer: number;
  readonly number: number;
  readonly boolean: boolean;
  readonly user: ResolvedUser;
  readonly role: APIRole;
  readonly channel: APIInteractionDataResolvedChannel;
  readonly mentionable: ResolvedUser | APIRole;
  readonly attachment: APIAttachment;
}

type ValueOf<Option extends OptionDefinition> = Option extends {
  readonly choices: readonly { readonly value: infer V }[];
}
  ? V
  : OptionTypes[Option['type']];

/** The values of options: of a choice its literals, and undefined unless required. */
export type OptionValues<Options extends OptionDefinitions> = {
  readonly [Name in keyof Options]: Options[Name] extends { readonly required: true }
    ? ValueOf<Options[Name]>
    : ValueOf<Options[Name]> | undefined;
};

/** Defines options; each keeps the literal types of what it is given. */
export const opt = {
  /** A text; with choices, one of their values. */
  string: <const Option extends StringOption>(option: Exactly<Option, StringOption>): Typed<Option, 'string'> => ({
    ...option,
    type: 'string',
  }),
  /** A whole number. */
  integer: <const Option extends NumberOption>(option: Exactly<Option, NumberOption>): Typed<Option, 'integer'> => ({
    ...option,
    type: 'integer',
  }),
  /** Any number. */
  number: <const Option extends NumberOption>(option: Exactly<Option, NumberOption>): Typed<Option, 'number'> => ({
    ...option,
    type: 'number',
  }),
  /** True or false. */
  boolean: <const Option extends OptionBase>(option: Exactly<Option, OptionBase>): Typed<Option, 'boolean'> => ({
    ...option,
    type: 'boolean',
  }),
  /** A user, and in a guild the member that the user is there. */
  user: <const Option extends OptionBase>(option: Exactly<Option, OptionBase>): Typed<Option, 'user'> => ({
    ...option,
    type: 'user',
  }),
  /** A role of the guild. */
  role: <const Option extends OptionBase>(option: Exactly<Option, OptionBase>): Typed<Option, 'role'> => ({
    ...option,
    type: 'role',
  }),
  /** A channel of the guild. */
  channel: <const Option extends ChannelOption>(option: Exactly<Option, ChannelOption>): Typed<Option, 'channel'> => ({
    ...option,
    type: 'channel',
  }),
  /** A user or a role. */
  mentionable: <const Option extends OptionBase>(
    option: Exactly<Option, OptionBase>,
  ): Typed<Option, 'mentionable'> => ({ ...option, type: 'mentionable' }),
  /** A file. */
  attachment: <const Option extends AttachmentOption>(
    option: Exactly<Option, AttachmentOption>,
  ): Typed<Option, 'attachment'> => ({ ...option, type: 'attachment' }),
};
