import { ApplicationCommandOptionType as OptionType, ChannelType, ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Modal } from '../forms/callback.ts';
import type { OptionValue } from '../interactions/command-options.ts';
import type { FieldValue } from '../interactions/modal-fields.ts';
import type { CommandOption } from '../world/commands.ts';
import { walkComponents } from '../world/component.ts';
import type { Component } from '../world/component.ts';
import type { Guild } from '../world/guild.ts';
import type { SeededRandom } from '../world/random.ts';
import { phrases } from './phrases.ts';

/** Where and how a member chooses what to enter. */
export interface Chooser {
  readonly random: SeededRandom;
  readonly guild: Guild;
}

/** How a member runs a command: its full name and what is entered for its options. */
export interface CommandEntry {
  readonly name: string;
  readonly options: Record<string, OptionValue>;
  /** options in which the member looks at the suggestions before choosing */
  readonly completed: readonly string[];
}

/** Options that are not required are entered this often. */
const optionalChance = 0.5;

/** How a member would run a slash command. Undefined when it asks for what the community cannot give, such as a file. */
export function commandEntry(
  command: { readonly name: string; readonly options?: readonly CommandOption[] },
  chooser: Chooser,
): CommandEntry | undefined {
  const nested = (command.options ?? []).filter(
    ({ type }) => type === OptionType.Subcommand || type === OptionType.SubcommandGroup,
  );
  if (nested.length > 0) {
    const chosen = chooser.random.pick(nested);
    const entry = commandEntry({ name: chosen.name, options: chosen.options ?? [] }, chooser);
    return entry && { ...entry, name: `${command.name} ${entry.name}` };
  }
  const options: Record<string, OptionValue> = {};
  const completed: string[] = [];
  for (const option of command.options ?? []) {
    if (option.required !== true && chooser.random.next() > optionalChance) continue;
    const value = optionValue(option, chooser);
    if (value === undefined && option.required === true) return undefined;
    if (value === undefined) continue;
    options[option.name] = value;
    if (option.autocomplete === true) completed.push(option.name);
  }
  return { name: command.name, options, completed };
}

function optionValue(option: CommandOption, { random, guild }: Chooser): OptionValue | undefined {
  if (option.choices !== undefined && option.choices.length > 0) return random.pick(option.choices).value;
  switch (option.type) {
    case OptionType.String:
      return option.autocomplete === true ? '' : fitting(random.pick(phrases), option.min_length, option.max_length);
    case OptionType.Integer:
    case OptionType.Number:
      return random.integer(Math.ceil(option.min_value ?? 1), Math.floor(option.max_value ?? 100));
    case OptionType.Boolean:
      return random.next() < 0.5;
    case OptionType.User:
    case OptionType.Mentionable:
      return random.pick(guild.members).user.id;
    case OptionType.Role:
      return random.pick([...guild.roles.keys()]);
    case OptionType.Channel:
      return random.pick([...guild.channels.values()].filter(({ type }) => type === ChannelType.GuildText)).id;
    default:
      return undefined;
  }
}

const textRule = z.looseObject({
  custom_id: z.string(),
  min_length: z.int().default(1),
  max_length: z.int().default(4000),
});
const selectRule = z.looseObject({
  custom_id: z.string(),
  min_values: z.int().default(1),
  max_values: z.int().default(1),
  options: z.array(z.looseObject({ value: z.string() })).min(1),
});

/** What a member enters into a modal: a phrase for each text, and a choice for each string select. */
export function modalEntry(modal: Modal, random: SeededRandom): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {};
  for (const component of walkComponents(modal.components)) {
    if (component.type === ComponentType.TextInput) {
      const rule = textRule.parse(component);
      fields[rule.custom_id] = fitting(random.pick(phrases), rule.min_length, rule.max_length);
    } else if (component.type === ComponentType.StringSelect) {
      fields[component.custom_id ?? ''] = selectEntry(component, random);
    }
  }
  return fields;
}

/** What a member picks in a string select. Throws a ZodError for a component that is none. */
export function selectEntry(component: Component, random: SeededRandom): string[] {
  const { options, min_values, max_values } = selectRule.parse(component);
  const values = options.map(({ value }) => value);
  const count = random.integer(Math.max(1, min_values), Math.max(1, Math.min(max_values, values.length)));
  while (values.length > count) values.splice(random.integer(0, values.length - 1), 1);
  return values;
}

function fitting(text: string, minimum = 0, maximum = 6000): string {
  return text.padEnd(minimum, '.').slice(0, maximum);
}
