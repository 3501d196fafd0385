import { ApplicationCommandOptionType as OptionType } from 'discord-api-types/v10';
import type { Command, CommandOption } from '../world/commands.ts';
import { refuse } from './refusal.ts';
import type { Resolution, UploadedFile } from './resolved.ts';

/** What a member enters for an option; ids for users, channels, roles and mentionables. */
export type OptionValue = string | number | boolean | UploadedFile;

/** An option as the interaction carries it (docs: Application Command Interaction Data Option Structure). */
export interface OptionData {
  name: string;
  type: OptionType;
  value?: string | number | boolean;
  options?: OptionData[];
  focused?: boolean;
}

export interface CommandInput {
  /** group and subcommand, below the command's own name */
  path: readonly string[];
  values: Readonly<Record<string, OptionValue>>;
  /** the option that is being completed; the input may be unfinished then */
  focused?: string;
}

/** Validates what a member enters against the registered command, as Discord's client does before it sends anything. */
export function commandOptions(command: Command, input: CommandInput, resolution: Resolution): OptionData[] {
  return descend(command.options ?? [], input.path, (leaf) => fill(leaf, input, resolution));
}

function descend(
  options: readonly CommandOption[],
  path: readonly string[],
  atLeaf: (options: readonly CommandOption[]) => OptionData[],
): OptionData[] {
  const [name, ...rest] = path;
  const nested = options.filter((option) => isNesting(option.type));
  if (name === undefined) {
    if (nested.length > 0) refuse(`a subcommand has to be chosen: ${nested.map((option) => option.name).join(', ')}`);
    return atLeaf(options);
  }
  const chosen = nested.find((option) => option.name === name) ?? refuse(`there is no subcommand ${name}`);
  return [{ name, type: chosen.type, options: descend(chosen.options ?? [], rest, atLeaf) }];
}

function isNesting(type: number): boolean {
  return type === OptionType.Subcommand || type === OptionType.SubcommandGroup;
}

function fill(options: readonly CommandOption[], input: CommandInput, resolution: Resolution): OptionData[] {
  for (const name of Object.keys(input.values)) {
    if (!options.some((option) => option.name === name)) refuse(`the command has no option ${name}`);
  }
  if (input.focused !== undefined && !(input.focused in input.values)) {
    refuse(`the focused option ${input.focused} needs a value, if only an empty one`);
  }
  return options.flatMap((option) => {
    const value = input.values[option.name];
    if (value !== undefined) return [optionData(option, value, { input, resolution })];
    if (option.required === true && input.focused === undefined) refuse(`the option ${option.name} is required`);
    return [];
  });
}

function optionData(
  option: CommandOption,
  value: OptionValue,
  context: { input: CommandInput; resolution: Resolution },
): OptionData {
  const { name, type } = option;
  if (name === context.input.focused) {
    if (option.autocomplete !== true) refuse(`the option ${name} has no autocompletion`);
    if (typeof value === 'object') return refuse(`a file cannot be typed into ${name}`);
    // Whatever has been typed so far, a number's digits too, is a string (docs: Application Commands, Autocomplete).
    return { name, type, value: String(value), focused: true };
  }
  return { name, type, value: checkedValue(option, value, context.resolution) };
}

function checkedValue(option: CommandOption, value: OptionValue, resolution: Resolution): string | number | boolean {
  switch (option.type) {
    case OptionType.String:
      return checkedString(option, value);
    case OptionType.Integer:
    case OptionType.Number:
      return checkedNumber(option, value);
    case OptionType.Boolean:
      return typeof value === 'boolean' ? value : refuseValue(option, 'true or false');
    case OptionType.Attachment:
      return typeof value === 'object' ? resolution.attachment(value) : refuseValue(option, 'a file');
    default:
      return checkedId(option, value, resolution);
  }
}

function checkedId(option: CommandOption, value: OptionValue, resolution: Resolution): string {
  if (typeof value !== 'string') return refuseValue(option, 'an id');
  if (option.type === OptionType.User) resolution.user(value);
  else if (option.type === OptionType.Channel) resolution.channel(value, option.channel_types);
  else if (option.type === OptionType.Role) resolution.role(value);
  else resolution.mentionable(value);
  return value;
}

function checkedString(option: CommandOption, value: OptionValue): string {
  const minimum = option.min_length ?? 0;
  const maximum = option.max_length ?? 6000;
  if (typeof value !== 'string') return refuseValue(option, 'a text');
  if (value.length < minimum || value.length > maximum) {
    refuseValue(option, `a text of ${minimum} to ${maximum} characters`);
  }
  return checkedChoice(option, value);
}

function checkedNumber(option: CommandOption, value: OptionValue): number {
  const isInteger = option.type === OptionType.Integer;
  const minimum = option.min_value ?? -Number.MAX_SAFE_INTEGER;
  const maximum = option.max_value ?? Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'number' || (isInteger && !Number.isInteger(value))) {
    return refuseValue(option, isInteger ? 'an integer' : 'a number');
  }
  if (!(value >= minimum && value <= maximum)) refuseValue(option, `a number from ${minimum} to ${maximum}`);
  return checkedChoice(option, value);
}

function checkedChoice<Value extends string | number>(option: CommandOption, value: Value): Value {
  const choices = option.choices ?? [];
  if (choices.length > 0 && !choices.some((choice) => choice.value === value)) {
    refuseValue(option, `one of ${choices.map((choice) => choice.value).join(', ')}`);
  }
  return value;
}

function refuseValue(option: CommandOption, expected: string): never {
  return refuse(`the option ${option.name} takes ${expected}`);
}
