import { ApplicationCommandOptionType as OptionType, ComponentType } from 'discord-api-types/v10';
import type { FieldDefinition, FieldDefinitions } from '../definition/modal-fields.ts';
import type { OptionDefinition } from '../definition/options.ts';
import type { SlashGroup, SlashHandler } from '../definition/slash.ts';
import type { Command } from '../registry/module.ts';
import type { AnyEntity } from './entities.ts';

/** What a member enters for an option. */
export type TestOption = string | number | boolean | AnyEntity;

/** What a member enters into a field of a modal. */
export type TestField = string | boolean | readonly (string | AnyEntity)[];

interface Submitted {
  readonly name: string;
  readonly type: OptionType;
  readonly value?: string | number | boolean;
  readonly options?: readonly Submitted[];
  readonly focused?: boolean;
}

const optionTypes: Readonly<Record<OptionDefinition['type'], OptionType>> = {
  string: OptionType.String,
  integer: OptionType.Integer,
  number: OptionType.Number,
  boolean: OptionType.Boolean,
  user: OptionType.User,
  role: OptionType.Role,
  channel: OptionType.Channel,
  mentionable: OptionType.Mentionable,
  attachment: OptionType.Attachment,
};

/** A command as a member enters it: its path, `role give`, and options by name. */
export interface EnteredCommand {
  readonly path: string;
  readonly options: Readonly<Record<string, TestOption>>;
  /** The option that is being typed: the others may be missing. */
  readonly focused?: string;
}

/**
 * The `options` of a command's data, as Discord's client would send them.
 * @throws {Error} for what the client does not offer.
 */
export function commandOptions(commands: readonly Command[], entered: EnteredCommand): Submitted[] {
  const [root = '', ...rest] = entered.path.split(' ');
  const command = commands.find((one) => one.kind !== 'menu' && one.name === root);
  if (command === undefined || command.kind === 'menu') throw new Error(`There is no command /${root}.`);
  return within(command, rest, entered);
}

function within(command: SlashHandler | SlashGroup, path: readonly string[], entered: EnteredCommand): Submitted[] {
  if (command.kind === 'slash') {
    if (path.length > 0) throw new Error(`/${entered.path}: '${command.name}' has no sub-commands.`);
    return filled(command, entered);
  }
  const [name = '', ...rest] = path;
  const child = command.commands.find((one) => one.name === name);
  if (child === undefined) throw new Error(`/${entered.path}: '${command.name}' has no sub-command '${name}'.`);
  const type = child.kind === 'slash' ? OptionType.Subcommand : OptionType.SubcommandGroup;
  return [{ name, type, options: within(child, rest, entered) }];
}

function filled({ options }: SlashHandler, { path, options: values, focused }: EnteredCommand): Submitted[] {
  for (const name of Object.keys(values)) {
    if (options[name] === undefined) throw new Error(`/${path} has no option '${name}'.`);
  }
  return Object.entries(options).flatMap(([name, option]) => {
    const value = values[name];
    const type = optionTypes[option.type];
    if (name === focused)
      return [{ name, type, value: typeof value === 'object' ? value.id : String(value ?? ''), focused: true }];
    if (value !== undefined) return [{ name, type, value: checked(`/${path} ${name}`, option, value) }];
    if (option.required === true && focused === undefined) throw new Error(`/${path} needs its option '${name}'.`);
    return [];
  });
}

function checked(where: string, option: OptionDefinition, value: TestOption): string | number | boolean {
  const fault = faultOf(option, value);
  if (fault !== undefined) throw new Error(`${where}: Discord's client would not take this: ${fault}.`);
  return typeof value === 'object' ? value.id : value;
}

function faultOf(option: OptionDefinition, value: TestOption): string | undefined {
  switch (option.type) {
    case 'string': {
      const { minLength = 0, maxLength = 6_000, choices } = option;
      if (typeof value !== 'string') return 'it is no text';
      if (value.length < minLength || value.length > maxLength)
        return `it has not ${minLength} to ${maxLength} characters`;
      return choices === undefined || choices.some((one) => one.value === value)
        ? undefined
        : 'it is none of the choices';
    }
    case 'integer':
    case 'number': {
      const { min = -Infinity, max = Infinity, choices } = option;
      if (typeof value !== 'number' || (option.type === 'integer' && !Number.isInteger(value)))
        return `it is no ${option.type}`;
      if (value < min || value > max) return `it is not from ${min} to ${max}`;
      return choices === undefined || choices.some((one) => one.value === value)
        ? undefined
        : 'it is none of the choices';
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'it is neither true nor false';
    case 'mentionable':
      return isKind(value, ['user', 'role']) ? undefined : 'it is neither a user nor a role: test.make has both';
    case 'channel': {
      const isAllowed = isKind(value, ['channel']) && allowsChannel(option.channelTypes, value);
      return isAllowed ? undefined : 'it is no channel of these types: test.make.channel makes one';
    }
    case 'user':
    case 'role':
    case 'attachment':
      return isKind(value, [option.type]) ? undefined : `it is no ${option.type}: test.make has such`;
  }
}

function isKind(value: TestOption, kinds: readonly AnyEntity['kind'][]): value is AnyEntity {
  return typeof value === 'object' && kinds.includes(value.kind);
}

function allowsChannel(types: readonly number[] | undefined, value: AnyEntity): boolean {
  return types === undefined || (value.kind === 'channel' && types.includes(value.value.type));
}

/** The `resolved` of an interaction's data. */
export function resolvedData(entered: readonly unknown[]): Record<string, Record<string, unknown>> {
  const data: Record<string, Record<string, unknown>> = {};
  const put = (group: string, id: string, value: unknown) => ((data[group] ??= {})[id] = value);
  for (const entity of entered.flat()) {
    if (!isEntity(entity)) continue;
    put(`${entity.kind}s`, entity.id, entity.value);
    if (entity.kind !== 'user') continue;
    const member = { roles: entity.roles, nick: entity.nick, permissions: '2048', joined_at: '2024-01-01T00:00:00Z' };
    put('members', entity.id, member);
  }
  return data;
}

function isEntity(value: unknown): value is AnyEntity {
  return typeof value === 'object' && value !== null && 'kind' in value && 'id' in value && 'value' in value;
}

/**
 * The `components` of a submitted modal.
 * @throws {Error} for what the client does not offer.
 */
export function modalComponents(fields: FieldDefinitions, entered: Readonly<Record<string, TestField>>): unknown[] {
  for (const name of Object.keys(entered)) {
    if (fields[name] === undefined) throw new Error(`The modal has no field '${name}'.`);
  }
  return Object.entries(fields).map(([name, field]) =>
    field.type === 'note'
      ? { type: ComponentType.TextDisplay }
      : { type: ComponentType.Label, component: { custom_id: name, ...fieldData(name, field, entered[name]) } },
  );
}

function fieldData(name: string, field: Exclude<FieldDefinition, { readonly type: 'note' }>, value: TestField = []) {
  const isEmpty = typeof value === 'object' && value.length === 0;
  const { required = true } = 'required' in field ? field : { required: field.type !== 'checkbox' };
  if (isEmpty && required) {
    throw new Error(`The field '${name}' is required.`);
  }
  switch (field.type) {
    case 'text':
      return { type: ComponentType.TextInput, value: typeof value === 'string' ? value : '' };
    case 'checkbox':
      return { type: ComponentType.Checkbox, value: isEmpty ? field.default === true : value };
    case 'radio':
      return { type: ComponentType.RadioGroup, value: isEmpty ? null : value };
    default:
      return { values: [value].flat().map((one) => (isEntity(one) ? one.id : one)) };
  }
}
