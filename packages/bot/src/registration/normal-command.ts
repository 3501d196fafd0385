import { ApplicationCommandType, ApplicationIntegrationType, InteractionContextType } from 'discord-api-types/v10';

/** Fields by name; options and choices are fields by their own names, and their order is one of the fields. */
export type CommandData = Readonly<Record<string, unknown>>;

/** What Discord takes for granted of a command or option: as if it were not said. */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
  nsfw: [false],
  required: [false],
  autocomplete: [false],
  default_member_permissions: [null],
  default_permission: [true],
  dm_permission: [true],
  description: [''],
  name_localizations: [null],
  description_localizations: [null],
  contexts: [null],
};

/** What Discord fills in, by how the bot is installed, where a definition does not say it. */
const filledIn: Readonly<Record<string, readonly unknown[]>> = {
  integration_types: [
    [ApplicationIntegrationType.GuildInstall],
    [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  ],
  contexts: [
    [InteractionContextType.Guild, InteractionContextType.BotDM],
    [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
  ],
};

/** What Discord says of a command that no definition does. */
const serverFields: ReadonlySet<string> = new Set([
  'id',
  'application_id',
  'guild_id',
  'version',
  'handler',
  'name_localized',
  'description_localized',
]);

/** Where the order of options and choices is told: none of them can be called so. */
const orderKey = '(order)';

/** A command with nothing in it that says nothing, in the same form whether it is defined or registered. */
export function normalCommand(command: object): CommandData {
  return normal({ type: ApplicationCommandType.ChatInput, ...command });
}

/** What is registered, without what Discord has filled in because the definition does not say it. */
export function withoutFilledIn(registered: CommandData, defined: CommandData): CommandData {
  const entries = Object.entries(registered);
  return Object.fromEntries(entries.filter(([key, value]) => key in defined || !isOneOf(filledIn[key], value)));
}

function normal(fields: object): CommandData {
  const entries = Object.entries(fields).flatMap(([key, value]: [string, unknown]) => {
    if (serverFields.has(key) || value === undefined || isDefault(key, value)) return [];
    return [[key, normalValue(key, value)] as const];
  });
  return Object.fromEntries(entries);
}

function isDefault(key: string, value: unknown): boolean {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty || isOneOf(defaults[key], value);
}

function isOneOf(values: readonly unknown[] = [], value: unknown): boolean {
  return values.some((one) => JSON.stringify(one) === JSON.stringify(sorted(value)));
}

function sorted(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'number')) return value;
  return value.toSorted((one, other) => one - other);
}

function normalValue(key: string, value: unknown): unknown {
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? sortedByKey(value) : value;
  if (key !== 'options' && key !== 'choices') return sorted(value);
  const named = value.filter((one): one is object => typeof one === 'object' && one !== null);
  const names = named.map((one): unknown => Reflect.get(one, 'name'));
  const byName = named.map((one, index) => [String(names[index]), withoutName(normal(one))] as const);
  return { ...Object.fromEntries(byName), [orderKey]: names };
}

function withoutName(fields: CommandData): CommandData {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'name'));
}

function sortedByKey(value: object): object {
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => one.localeCompare(other)));
}
