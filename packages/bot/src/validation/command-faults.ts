import { ApplicationCommandType } from 'discord-api-types/v10';
import type { MenuHandler } from '../definition/menu.ts';
import type { CommandTraits, SlashGroup, SlashHandler } from '../definition/slash.ts';
import { registrationOf } from '../registration/registration.ts';
import { cooldownFaults } from './cooldown-faults.ts';
import { below, countFaults, duplicateFaults, fault, lengthFaults, lengthOf, type Fault } from './fault.ts';
import { descriptionFaults, localizedFaults, nameFaults } from './naming.ts';
import { optionsFaults } from './option-faults.ts';

/** Most characters of a command with all it contains. Source: Discord docs, Application Commands, "Slash Commands". */
const maxCommandCharacters = 8_000;

/** Most sub-commands of a command or group. */
const maxSubcommands = 25;

/** Most levels of groups above a sub-command. Source: Discord docs, "Subcommands and Subcommand Groups". */
const maxGroupLevels = 2;

/** Most commands of each type, globally and in a guild. Source: Discord docs, Application Commands, "Registering". */
const maxCommands = {
  [ApplicationCommandType.ChatInput]: 100,
  [ApplicationCommandType.User]: 15,
  [ApplicationCommandType.Message]: 15,
} as const;

/** What Discord would refuse of a command. */
export function commandFaults(command: SlashHandler | SlashGroup | MenuHandler): Fault[] {
  if (command.kind === 'menu') {
    return [
      ...lengthFaults('name', command.name, [1, 32]),
      ...localizedFaults('nameLocalizations', command.traits.nameLocalizations, (path, name) =>
        lengthFaults(path, name, [1, 32]),
      ),
      ...traitsFaults(command.traits),
      ...cooldownFaults(command.cooldown),
    ];
  }
  const characters = charactersOf(registrationOf(command));
  return [
    ...slashFaults(command, 0),
    ...traitsFaults(command.traits),
    ...(characters > maxCommandCharacters
      ? fault(
          '',
          `has ${characters} characters in names, descriptions and values, Discord takes ${maxCommandCharacters}`,
        )
      : []),
  ];
}

/** What Discord would refuse of all commands together. */
export function totalFaults(commands: readonly (SlashHandler | SlashGroup | MenuHandler)[]): Fault[] {
  return [
    [ApplicationCommandType.ChatInput, 'slash commands'] as const,
    [ApplicationCommandType.User, 'commands in the menu of users'] as const,
    [ApplicationCommandType.Message, 'commands in the menu of messages'] as const,
  ].flatMap(([type, name]) =>
    countFaults(name, commands.filter((command) => typeOf(command) === type).length, [0, maxCommands[type]]),
  );
}

function typeOf(command: SlashHandler | SlashGroup | MenuHandler): keyof typeof maxCommands {
  return command.kind === 'menu' ? command.type : ApplicationCommandType.ChatInput;
}

function slashFaults(command: SlashHandler | SlashGroup, level: number): Fault[] {
  const { name, description, traits } = command;
  return [
    ...nameFaults('name', name),
    ...descriptionFaults('description', description),
    ...localizedFaults('nameLocalizations', traits.nameLocalizations, nameFaults),
    ...localizedFaults('descriptionLocalizations', traits.descriptionLocalizations, descriptionFaults),
    ...(command.kind === 'slash' ? below('options', optionsFaults(command.options)) : groupFaults(command, level)),
    ...cooldownFaults(command.cooldown),
  ];
}

function groupFaults({ commands }: SlashGroup, level: number): Fault[] {
  if (level >= maxGroupLevels)
    return fault('', 'is nested deeper than Discord allows: a command, a group, a sub-command');
  return [
    ...countFaults('commands', commands.length, [1, maxSubcommands]),
    ...commands.flatMap((command) => {
      const faults = [...slashFaults(command, level + 1), ...idleTraits(command.traits)];
      return below(`commands['${command.name}']`, faults).map((one) => ({ site: command.site, ...one }));
    }),
  ];
}

/** Discord knows them of a whole command only. */
function idleTraits(traits: CommandTraits): Fault[] {
  const idle = ['guilds', 'contexts', 'integrationTypes', 'defaultMemberPermissions', 'nsfw'] as const;
  return idle.flatMap((trait) =>
    traits[trait] === undefined ? [] : fault(trait, 'has no effect on a sub-command: say it of the whole command'),
  );
}

function traitsFaults({ guilds, contexts, integrationTypes, defaultMemberPermissions }: CommandTraits): Fault[] {
  return [
    ...someOf('guilds', guilds),
    ...(guilds ?? []).flatMap((id, index) =>
      /^\d{1,20}$/.test(id) ? [] : fault(`guilds[${index}]`, `is '${id}', Discord takes the id of a guild`),
    ),
    ...(guilds !== undefined && contexts !== undefined
      ? fault('contexts', 'has no effect on the command of a guild: it is there in that guild alone')
      : []),
    ...(guilds !== undefined && integrationTypes !== undefined
      ? fault('integrationTypes', 'has no effect on the command of a guild: it is there in that guild alone')
      : []),
    ...someOf('contexts', contexts),
    ...someOf('integrationTypes', integrationTypes),
    ...(defaultMemberPermissions === undefined || /^\d{1,20}$/.test(defaultMemberPermissions)
      ? []
      : fault(
          'defaultMemberPermissions',
          'is no bit set in decimal: String(PermissionFlagsBits.ManageRoles), for example',
        )),
  ];
}

function someOf(path: string, values: readonly (number | string)[] | undefined): Fault[] {
  if (values === undefined) return [];
  if (values.length === 0) return fault(path, 'is empty: leave it out for all');
  return duplicateFaults(values, (index) => `${path}[${index}]`);
}

const counted = ['name', 'description', 'value'] as const;

/** Characters that Discord counts against its limit for a whole command; of translations, the longest counts. */
function charactersOf(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  if (Array.isArray(node)) return node.reduce<number>((sum, child) => sum + charactersOf(child), 0);
  const fields = new Map<string, unknown>(Object.entries(node));
  const own = counted.map((name) => {
    const translations = fields.get(`${name}_localizations`);
    const texts: unknown[] =
      typeof translations === 'object' && translations !== null ? Object.values(translations) : [];
    return Math.max(...[fields.get(name), ...texts].map((text) => (typeof text === 'string' ? lengthOf(text) : 0)));
  });
  const nested = charactersOf(fields.get('options')) + charactersOf(fields.get('choices'));
  return own.reduce((sum, length) => sum + length, nested);
}
