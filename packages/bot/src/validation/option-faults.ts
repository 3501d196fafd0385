import type { Choice, OptionDefinition, OptionDefinitions } from '../definition/options.ts';
import {
  below,
  countFaults,
  duplicateFaults,
  fault,
  integerFaults,
  lengthFaults,
  orderFaults,
  type Fault,
} from './fault.ts';
import { fileTypeFaults } from './file-types.ts';
import { descriptionFaults, localizedFaults, nameFaults } from './naming.ts';

/** Most options of a command, and most choices of an option. */
const most = 25;

/** Longest text that a string option takes. Source: Discord docs, "Application Command Option Structure". */
const maxTextLength = 6_000;

/** What Discord would refuse of the options of a command. Their order is none of it: required ones come first anyway. */
export function optionsFaults(options: OptionDefinitions): Fault[] {
  const entries = Object.entries(options);
  return [
    ...countFaults('', entries.length, [0, most]),
    ...entries.flatMap(([name, option]) => below(name, [...nameFaults('', name), ...optionFaults(option)])),
  ];
}

function optionFaults(option: OptionDefinition): Fault[] {
  return [
    ...descriptionFaults('description', option.description),
    ...localizedFaults('nameLocalizations', option.nameLocalizations, nameFaults),
    ...localizedFaults('descriptionLocalizations', option.descriptionLocalizations, descriptionFaults),
    ...ownFaults(option),
  ];
}

function ownFaults(option: OptionDefinition): Fault[] {
  switch (option.type) {
    case 'string': {
      const { minLength, maxLength, choices } = option;
      return [
        ...integerFaults('minLength', minLength, [0, maxTextLength]),
        ...integerFaults('maxLength', maxLength, [1, maxTextLength]),
        ...orderFaults('minLength', minLength, maxLength),
        ...choicesFaults(choices, (path, value) => lengthFaults(path, value, [1, 100])),
      ];
    }
    case 'integer':
    case 'number': {
      const check = (path: string, value: number | undefined) => numberFaults(path, value, option.type);
      const { min, max, choices } = option;
      return [
        ...check('min', min),
        ...check('max', max),
        ...orderFaults('min', min, max),
        ...choicesFaults(choices, check),
      ];
    }
    case 'channel':
      return duplicateFaults(option.channelTypes ?? [], (index) => `channelTypes[${index}]`);
    case 'attachment':
      return fileTypeFaults(option.fileTypes);
    case 'boolean':
    case 'user':
    case 'role':
    case 'mentionable':
      return [];
  }
}

/** Discord keeps numbers as doubles, and takes no others. */
function numberFaults(path: string, value: number | undefined, type: 'integer' | 'number'): Fault[] {
  const bounds = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;
  if (type === 'integer') return integerFaults(path, value, bounds);
  if (value === undefined || (value >= bounds[0] && value <= bounds[1])) return [];
  return fault(path, `is ${value}, Discord takes a number from -2^53 to 2^53`);
}

function choicesFaults<Value extends string | number>(
  choices: readonly Choice<Value>[] | undefined,
  check: (path: string, value: Value) => Fault[],
): Fault[] {
  if (choices === undefined) return [];
  const checked = choices.flatMap(({ name, value, nameLocalizations }, index) =>
    below(`choices[${index}]`, [
      ...lengthFaults('name', name, [1, 100]),
      ...check('value', value),
      ...localizedFaults('nameLocalizations', nameLocalizations, (path, text) => lengthFaults(path, text, [1, 100])),
    ]),
  );
  const names = choices.map(({ name }) => name);
  const values = choices.map(({ value }) => value);
  return [
    ...countFaults('choices', choices.length, [0, most]),
    ...checked,
    ...duplicateFaults(names, (index) => `choices[${index}].name`),
    ...duplicateFaults(values, (index) => `choices[${index}].value`),
  ];
}
