import type { CustomIdPattern } from '../definition/custom-id.ts';
import type { FieldDefinition, FieldDefinitions } from '../definition/modal-fields.ts';
import {
  below,
  countFaults,
  duplicateFaults,
  fault,
  integerFaults,
  lengthFaults,
  orderFaults,
  type Fault,
  type Range,
} from './fault.ts';
import { fileTypeFaults } from './file-types.ts';

/** What Discord would refuse of a modal. Source: Discord docs, Receiving and Responding, "Modal"; Component Reference. */
export function modalFaults(modal: {
  readonly customId: CustomIdPattern;
  readonly title: string;
  readonly fields: FieldDefinitions;
}): Fault[] {
  const fields = Object.entries(modal.fields);
  return [
    ...below('customId', modal.customId.faults),
    ...lengthFaults('title', modal.title, [1, 45]),
    ...countFaults('fields', fields.length, [1, 5]),
    ...fields.flatMap(([name, field]) =>
      below(`fields.${name}`, [...lengthFaults('name', name, [1, 100]), ...fieldFaults(field)]),
    ),
  ];
}

function fieldFaults(field: FieldDefinition): Fault[] {
  if (field.type === 'note') return lengthFaults('content', field.content, [1, 4_000]);
  return [
    ...lengthFaults('label', field.label, [1, 45]),
    ...lengthFaults('description', field.description, [1, 100]),
    ...inputFaults(field),
  ];
}

function inputFaults(field: Exclude<FieldDefinition, { readonly type: 'note' }>): Fault[] {
  switch (field.type) {
    case 'text': {
      const { placeholder, value, minLength, maxLength } = field;
      return [
        ...lengthFaults('placeholder', placeholder, [0, 100]),
        ...integerFaults('minLength', minLength, [0, 4_000]),
        ...integerFaults('maxLength', maxLength, [1, 4_000]),
        ...orderFaults('minLength', minLength, maxLength),
        ...lengthFaults('value', value, [0, maxLength ?? 4_000]),
      ];
    }
    case 'string':
      return [
        ...choicesFaults(field.options, [1, 25]),
        ...countedFaults(field, 25),
        ...offeredFaults(field),
        ...lengthFaults('placeholder', field.placeholder, [0, 150]),
      ];
    case 'user':
    case 'role':
    case 'mentionable':
    case 'channel':
      return [...countedFaults(field, 25), ...lengthFaults('placeholder', field.placeholder, [0, 150])];
    case 'file':
      return [...countedFaults(field, 10), ...fileTypeFaults(field.fileTypes)];
    case 'radio':
      return [...choicesFaults(field.options, [2, 10]), ...defaultsFaults(field.options, 1)];
    case 'checkboxes':
      return [...choicesFaults(field.options, [1, 10]), ...countedFaults(field, 10), ...offeredFaults(field)];
    case 'checkbox':
      return [];
  }
}

interface ChoiceOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly default?: boolean;
}

function choicesFaults(options: readonly ChoiceOption[], range: Range): Fault[] {
  return [
    ...countFaults('options', options.length, range),
    ...options.flatMap(({ label, value, description }, index) =>
      below(`options[${index}]`, [
        ...lengthFaults('label', label, [1, 100]),
        ...lengthFaults('value', value, [1, 100]),
        ...lengthFaults('description', description, [0, 100]),
      ]),
    ),
    ...duplicateFaults(
      options.map(({ value }) => value),
      (index) => `options[${index}].value`,
    ),
  ];
}

function defaultsFaults(options: readonly ChoiceOption[], most: number): Fault[] {
  return countFaults('options.default', options.filter((option) => option.default === true).length, [0, most]);
}

/** Nobody can choose more than is offered, and Discord does not take a field that says so. */
function offeredFaults({
  options,
  minValues,
  maxValues,
}: {
  readonly options: readonly ChoiceOption[];
  readonly minValues?: number;
  readonly maxValues?: number;
}): Fault[] {
  return (['minValues', 'maxValues'] as const).flatMap((name) => {
    const amount = { minValues, maxValues }[name] ?? 0;
    return amount > options.length ? fault(name, `is ${amount}, more than there are options`) : [];
  });
}

function countedFaults(
  field: { readonly minValues?: number; readonly maxValues?: number; readonly required?: boolean },
  most: number,
): Fault[] {
  const { minValues, maxValues, required = true } = field;
  return [
    ...integerFaults('minValues', minValues, [0, most]),
    ...integerFaults('maxValues', maxValues, [1, most]),
    ...orderFaults('minValues', minValues, maxValues),
    ...(minValues === 0 && required
      ? fault('minValues', 'is 0: say `required: false` for what may be left empty')
      : []),
  ];
}
