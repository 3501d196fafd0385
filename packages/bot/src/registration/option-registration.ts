import {
  ApplicationCommandOptionType as OptionType,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOptionChoice,
} from 'discord-api-types/v10';
import type { Choice, Choosing, NumberOption, OptionDefinition, OptionDefinitions } from '../definition/options.ts';

/** Discord wants required options first. */
export function optionBodies(options: OptionDefinitions): APIApplicationCommandBasicOption[] {
  const entries = Object.entries(options);
  const ordered = [...entries.filter(isRequired), ...entries.filter((entry) => !isRequired(entry))];
  return ordered.map(([name, option]) => optionBody(name, option));
}

function isRequired([, { required = false }]: readonly [string, OptionDefinition]): boolean {
  return required;
}

function optionBody(name: string, option: OptionDefinition): APIApplicationCommandBasicOption {
  const base = {
    name,
    description: option.description,
    required: option.required ?? false,
    ...(option.nameLocalizations !== undefined && { name_localizations: option.nameLocalizations }),
    ...(option.descriptionLocalizations !== undefined && {
      description_localizations: option.descriptionLocalizations,
    }),
  };
  switch (option.type) {
    case 'string': {
      const { minLength, maxLength } = option;
      return {
        ...base,
        ...choosingBody<string>(option),
        type: OptionType.String,
        ...(minLength !== undefined && { min_length: minLength }),
        ...(maxLength !== undefined && { max_length: maxLength }),
      };
    }
    case 'integer':
      return { ...base, ...choosingBody<number>(option), ...boundsBody(option), type: OptionType.Integer };
    case 'number':
      return { ...base, ...choosingBody<number>(option), ...boundsBody(option), type: OptionType.Number };
    case 'channel': {
      const { channelTypes } = option;
      return {
        ...base,
        type: OptionType.Channel,
        ...(channelTypes !== undefined && { channel_types: [...channelTypes] }),
      };
    }
    case 'attachment': {
      const { fileTypes } = option;
      return { ...base, type: OptionType.Attachment, ...(fileTypes !== undefined && { file_types: [...fileTypes] }) };
    }
    default:
      return { ...base, type: plainTypes[option.type] };
  }
}

const plainTypes = {
  boolean: OptionType.Boolean,
  user: OptionType.User,
  role: OptionType.Role,
  mentionable: OptionType.Mentionable,
} as const;

function choosingBody<Value extends string | number>({
  choices,
  autocomplete,
}: Choosing<Value>): { autocomplete: true } | { choices?: APIApplicationCommandOptionChoice<Value>[] } {
  if (autocomplete !== undefined) return { autocomplete: true };
  return choices === undefined ? {} : { choices: choices.map((choice) => choiceBody(choice)) };
}

/** A choice as Discord takes it. */
export function choiceBody<Value extends string | number>(
  choice: Choice<Value>,
): APIApplicationCommandOptionChoice<Value> {
  const { name, value, nameLocalizations } = choice;
  return { name, value, ...(nameLocalizations !== undefined && { name_localizations: nameLocalizations }) };
}

function boundsBody({ min, max }: NumberOption) {
  return { ...(min !== undefined && { min_value: min }), ...(max !== undefined && { max_value: max }) };
}
