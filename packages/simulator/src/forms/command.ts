import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord-api-types/v10';
import { z } from 'zod';
import type { CommandOption } from '../world/commands.ts';
import { FormErrors, list, text, withoutNulls } from './form-errors.ts';
import type { FormPath } from './form-errors.ts';
import { ApiError } from './api-error.ts';

/** Lower-case letters, digits, - and _ of any script (docs: Application Command Naming). */
const slashName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

const localizations = z.record(z.string(), z.string());
const localized = { name_localizations: localizations.optional(), description_localizations: localizations.optional() };

const choice = z.looseObject({ name: text(1, 100), value: z.union([text(1, 100), z.number()]) });

const optionFields = z.looseObject({
  type: z.enum(ApplicationCommandOptionType),
  name: text(1, 32),
  description: text(1, 100),
  required: z.boolean().optional(),
  autocomplete: z.boolean().optional(),
  choices: list(choice, 0, 25).optional(),
  channel_types: z.array(z.int()).optional(),
  min_value: z.number().optional(),
  max_value: z.number().optional(),
  min_length: z.int().min(0).max(6000).optional(),
  max_length: z.int().min(1).max(6000).optional(),
  ...localized,
});

const optionSchema: z.ZodType<CommandOption> = optionFields.extend({
  get options() {
    return list(optionSchema, 0, 25).optional();
  },
});

const commandSchema = z.looseObject({
  id: z.string().optional(),
  name: text(1, 32),
  type: z.enum(ApplicationCommandType).default(ApplicationCommandType.ChatInput),
  description: text(0, 100).optional(),
  options: list(optionSchema, 0, 25).optional(),
  default_member_permissions: z.union([z.string().regex(/^\d+$/), z.int().min(0)]).optional(),
  dm_permission: z.boolean().optional(),
  nsfw: z.boolean().optional(),
  contexts: z.array(z.literal([0, 1, 2])).optional(),
  integration_types: z.array(z.literal([0, 1])).optional(),
  ...localized,
});

/** A command as a bot wants it registered. */
export type CommandForm = z.output<typeof commandSchema>;

const namingError = {
  code: 'APPLICATION_COMMAND_INVALID_NAME',
  message: 'Command name is invalid',
};

/** Parses one command. Throws Invalid Form Body (50035). */
export function parseCommand(body: unknown): CommandForm {
  const errors = new FormErrors();
  const command = checkCommand(body, errors, []);
  errors.throwIfAny();
  if (command === undefined) throw new ApiError(50035);
  return command;
}

/** Parses the list of a bulk overwrite. Throws Invalid Form Body (50035). */
export function parseCommands(body: unknown): CommandForm[] {
  const errors = new FormErrors();
  const bodies = errors.parse(z.array(z.unknown()), body) ?? [];
  const commands = bodies.flatMap((command, index) => checkCommand(command, errors, [index]) ?? []);
  for (const [index, command] of commands.entries()) {
    const first = commands.findIndex((other) => other.name === command.name && other.type === command.type);
    if (first === index) continue;
    errors.add([index], {
      code: 'APPLICATION_COMMANDS_DUPLICATE_NAME',
      message: 'Application command names must be unique',
    });
  }
  errors.throwIfAny();
  return commands;
}

function checkCommand(body: unknown, errors: FormErrors, path: FormPath): CommandForm | undefined {
  const command = errors.parse(commandSchema, withoutNulls(body), path);
  if (command === undefined) return undefined;
  if (command.type === ApplicationCommandType.ChatInput) {
    if (!isSlashName(command.name)) errors.add([...path, 'name'], namingError);
    if ((command.description ?? '') === '') errors.add([...path, 'description'], required);
  } else {
    checkMenuCommand(command, errors, path);
  }
  checkOptions(command.options ?? [], { errors, path: [...path, 'options'], depth: 0 });
  return command;
}

const required = { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' };

function checkMenuCommand(command: CommandForm, errors: FormErrors, path: FormPath): void {
  if ((command.description ?? '') !== '') {
    errors.add([...path, 'description'], {
      code: 'APPLICATION_COMMAND_INVALID_DESCRIPTION',
      message: 'Context menu commands cannot have description',
    });
  }
  if ((command.options ?? []).length > 0) {
    errors.add([...path, 'options'], {
      code: 'APPLICATION_COMMAND_INVALID_OPTIONS',
      message: 'Context menu commands cannot have options',
    });
  }
}

function isSlashName(name: string): boolean {
  return slashName.test(name) && name === name.toLowerCase();
}

function isNesting(option: CommandOption): boolean {
  return (
    option.type === ApplicationCommandOptionType.Subcommand ||
    option.type === ApplicationCommandOptionType.SubcommandGroup
  );
}

interface OptionContext {
  errors: FormErrors;
  path: FormPath;
  /** 0 in the command, 1 in a group or subcommand, 2 in a subcommand of a group */
  depth: number;
}

function checkOptions(options: readonly CommandOption[], { errors, path, depth }: OptionContext): void {
  let optionalSeen = false;
  for (const [index, option] of options.entries()) {
    const at = [...path, index];
    if (!isSlashName(option.name)) errors.add([...at, 'name'], namingError);
    if (options.findIndex((other) => other.name === option.name) !== index) {
      errors.add([...at, 'name'], {
        code: 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS',
        message: 'Option name already exists',
      });
    }
    if (option.required === true && optionalSeen) {
      errors.add([...at, 'required'], {
        code: 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        message: 'Required options must be placed before non-required options',
      });
    }
    optionalSeen ||= option.required !== true && !isNesting(option);
    checkOption(option, options, { errors, path: at, depth });
  }
}

function checkOption(
  option: CommandOption,
  siblings: readonly CommandOption[],
  { errors, path, depth }: OptionContext,
): void {
  if (isNesting(option)) {
    const isMixed = siblings.some((sibling) => !isNesting(sibling));
    const isTooDeep = depth > (option.type === ApplicationCommandOptionType.Subcommand ? 1 : 0);
    if (isMixed || isTooDeep) {
      errors.add([...path, 'type'], {
        code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        message: 'Sub-command and sub-command group option types are mutually exclusive to all other types',
      });
    }
    checkOptions(option.options ?? [], { errors, path: [...path, 'options'], depth: depth + 1 });
  }
  if (option.autocomplete === true && (option.choices ?? []).length > 0) {
    errors.add([...path, 'autocomplete'], {
      code: 'APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES',
      message: 'Autocomplete cannot be set to true if choices are present',
    });
  }
  checkChoices(option, errors, path);
}

const choosing = [
  ApplicationCommandOptionType.String,
  ApplicationCommandOptionType.Integer,
  ApplicationCommandOptionType.Number,
];

function checkChoices(option: CommandOption, errors: FormErrors, path: FormPath): void {
  if (option.choices === undefined && option.autocomplete !== true) return;
  if (!choosing.some((type) => type === option.type)) {
    errors.add([...path, 'type'], {
      code: 'APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID_TYPE',
      message: 'This option type takes no choices',
    });
    return;
  }
  for (const [index, { value }] of (option.choices ?? []).entries()) {
    const isString = option.type === ApplicationCommandOptionType.String;
    const isFine = isString ? typeof value === 'string' : typeof value === 'number';
    if (isFine && (option.type !== ApplicationCommandOptionType.Integer || Number.isInteger(value))) continue;
    errors.add([...path, 'choices', index, 'value'], {
      code: isString ? 'STRING_TYPE_CONVERT' : 'NUMBER_TYPE_COERCE',
      message: isString ? 'Could not interpret value as string.' : `Value ${JSON.stringify(value)} is not int.`,
    });
  }
}
