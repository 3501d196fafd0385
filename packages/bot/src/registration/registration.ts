import {
  ApplicationCommandOptionType as OptionType,
  ApplicationCommandType,
  type APIApplicationCommandOption,
  type APIApplicationCommandSubcommandGroupOption,
  type APIApplicationCommandSubcommandOption,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import type { MenuHandler } from '../definition/menu.ts';
import { optionBodies } from './option-registration.ts';
import type { CommandTraits, SlashGroup, SlashHandler } from '../definition/slash.ts';

/** Commands as Discord registers them: those that are there everywhere, and those of single guilds, by guild id. */
export interface Registrations {
  readonly global: readonly RESTPostAPIApplicationCommandsJSONBody[];
  readonly guilds: ReadonlyMap<string, readonly RESTPostAPIApplicationCommandsJSONBody[]>;
}

/** Sorts commands by where they are registered. */
export function registrationsOf(commands: readonly (SlashHandler | SlashGroup | MenuHandler)[]): Registrations {
  const guildIds = new Set(commands.flatMap(({ traits }) => traits.guilds ?? []));
  const inGuild = (guildId: string) => commands.filter(({ traits }) => traits.guilds?.includes(guildId));
  return {
    global: commands.filter(({ traits }) => traits.guilds === undefined).map(registrationOf),
    guilds: new Map(Array.from(guildIds, (guildId) => [guildId, inGuild(guildId).map(registrationOf)])),
  };
}

/**
 * A command as Discord registers it.
 * Source: Discord docs, Application Commands, "Application Command Structure".
 */
export function registrationOf(
  command: SlashHandler | SlashGroup | MenuHandler,
): RESTPostAPIApplicationCommandsJSONBody {
  const { name, traits } = command;
  if (command.kind === 'menu') {
    return { type: command.type, name, ...traitsBody(traits) };
  }
  const options: APIApplicationCommandOption[] =
    command.kind === 'slash' ? optionBodies(command.options) : command.commands.map(nestedBody);
  return { type: ApplicationCommandType.ChatInput, ...namedBody(command), ...traitsBody(traits), options };
}

function nestedBody(
  command: SlashHandler | SlashGroup,
): APIApplicationCommandSubcommandOption | APIApplicationCommandSubcommandGroupOption {
  if (command.kind === 'slash') return subcommandBody(command);
  const options = command.commands.flatMap((child) => (child.kind === 'slash' ? [subcommandBody(child)] : []));
  return { type: OptionType.SubcommandGroup, ...namedBody(command), options };
}

function subcommandBody(command: SlashHandler): APIApplicationCommandSubcommandOption {
  return { type: OptionType.Subcommand, ...namedBody(command), options: optionBodies(command.options) };
}

function namedBody({ name, description, traits }: SlashHandler | SlashGroup) {
  const { nameLocalizations, descriptionLocalizations } = traits;
  return {
    name,
    description,
    ...(nameLocalizations !== undefined && { name_localizations: nameLocalizations }),
    ...(descriptionLocalizations !== undefined && { description_localizations: descriptionLocalizations }),
  };
}

function traitsBody({ contexts, integrationTypes, defaultMemberPermissions, nsfw, nameLocalizations }: CommandTraits) {
  return {
    ...(nameLocalizations !== undefined && { name_localizations: nameLocalizations }),
    ...(contexts !== undefined && { contexts: [...contexts] }),
    ...(integrationTypes !== undefined && { integration_types: [...integrationTypes] }),
    ...(defaultMemberPermissions !== undefined && { default_member_permissions: defaultMemberPermissions }),
    ...(nsfw !== undefined && { nsfw }),
  };
}
