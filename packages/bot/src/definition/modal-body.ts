import {
  ComponentType,
  TextInputStyle,
  type APIComponentInLabel,
  type APILabelComponent,
  type APITextDisplayComponent,
  type APITextInputComponent,
} from 'discord-api-types/v10';
import { MalformedPayloadError } from '../errors.ts';
import type { ModalInteraction, Resolved, SubmittedField } from '../interaction/interaction.ts';
import { resolvers } from '../interaction/resolve.ts';
import { readSelected, selectComponents } from './component.ts';
import type { FieldDefinition, FieldDefinitions, TextField } from './modal-fields.ts';

type ValuedField = Exclude<FieldDefinition, { readonly type: 'note' }>;

/** A field as Discord shows it. Its name is its custom id. */
export function fieldBody(name: string, definition: FieldDefinition): APILabelComponent | APITextDisplayComponent {
  if (definition.type === 'note') return { type: ComponentType.TextDisplay, content: definition.content };
  const { label, description } = definition;
  return {
    type: ComponentType.Label,
    label,
    ...(description !== undefined && { description }),
    component: inputBody(name, definition),
  };
}

function inputBody(name: string, definition: ValuedField): APIComponentInLabel {
  switch (definition.type) {
    case 'text':
      return textInput(name, definition);
    case 'string':
      return { ...choosing(name, definition), type: ComponentType.StringSelect, options: [...definition.options] };
    case 'user':
    case 'role':
    case 'mentionable':
      return { ...choosing(name, definition), type: selectComponents[definition.type] };
    case 'channel': {
      const { channelTypes } = definition;
      const types = channelTypes === undefined ? {} : { channel_types: [...channelTypes] };
      return { ...choosing(name, definition), ...types, type: ComponentType.ChannelSelect };
    }
    case 'file': {
      const { fileTypes } = definition;
      const types = fileTypes === undefined ? {} : { file_types: [...fileTypes] };
      return { ...choosing(name, definition), ...types, type: ComponentType.FileUpload };
    }
    case 'radio': {
      const { required, options } = definition;
      const requiring = required === undefined ? {} : { required };
      return { custom_id: name, ...requiring, type: ComponentType.RadioGroup, options: [...options] };
    }
    case 'checkboxes':
      return { ...choosing(name, definition), type: ComponentType.CheckboxGroup, options: [...definition.options] };
    case 'checkbox': {
      const ticked = definition.default === undefined ? {} : { default: definition.default };
      return { custom_id: name, ...ticked, type: ComponentType.Checkbox };
    }
  }
}

function textInput(name: string, definition: TextField): APITextInputComponent {
  const { placeholder, value, minLength, maxLength, required, paragraph = false } = definition;
  return {
    type: ComponentType.TextInput,
    custom_id: name,
    style: paragraph ? TextInputStyle.Paragraph : TextInputStyle.Short,
    ...(placeholder !== undefined && { placeholder }),
    ...(value !== undefined && { value }),
    ...(minLength !== undefined && { min_length: minLength }),
    ...(maxLength !== undefined && { max_length: maxLength }),
    ...(required !== undefined && { required }),
  };
}

interface Choosing {
  readonly required?: boolean;
  readonly minValues?: number;
  readonly maxValues?: number;
  readonly placeholder?: string;
}

/** What the inputs have in common of which some may be chosen. */
function choosing(name: string, { required, minValues, maxValues, placeholder }: Choosing) {
  return {
    custom_id: name,
    ...(required !== undefined && { required }),
    ...(minValues !== undefined && { min_values: minValues }),
    ...(maxValues !== undefined && { max_values: maxValues }),
    ...(placeholder !== undefined && { placeholder }),
  };
}

/**
 * What was submitted, by the fields of the definition.
 * @throws {MalformedPayloadError} when they are not of this definition: the modal was opened by another version.
 */
export function fieldValues(fields: FieldDefinitions, { data }: ModalInteraction): Record<string, unknown> {
  const inputs = data.components.flatMap(({ component, components = [] }) =>
    component === undefined ? components : [component],
  );
  const submitted = new Map(inputs.map((input) => [input.custom_id, input]));
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(fields)) {
    if (definition.type === 'note') continue;
    const input = submitted.get(name);
    const value = input === undefined ? undefined : valueOf(definition, input, data.resolved);
    if (value === undefined) throw mismatch(name);
    values[name] = value.read;
  }
  return values;
}

/** Undefined when it was submitted for a field of another kind. */
function valueOf(definition: ValuedField, input: SubmittedField, resolved: Resolved): { read: unknown } | undefined {
  const { value, values } = input;
  switch (definition.type) {
    case 'text':
      return typeof value === 'string' ? { read: value } : undefined;
    case 'checkbox':
      return typeof value === 'boolean' ? { read: value } : undefined;
    case 'radio':
      return radioValue(definition, value);
    case 'checkboxes':
    case 'string':
      return values !== undefined && areKnown(values, definition.options) ? { read: values } : undefined;
    case 'file':
      return values === undefined ? undefined : { read: values.map((id) => resolvers.attachment(id, resolved)) };
    case 'user':
    case 'role':
    case 'mentionable':
    case 'channel':
      return values === undefined ? undefined : { read: readSelected(definition.type, values, resolved) };
  }
}

function radioValue(
  { options, required = true }: Extract<FieldDefinition, { readonly type: 'radio' }>,
  value: SubmittedField['value'],
): { read: string | undefined } | undefined {
  if (typeof value === 'string') return areKnown([value], options) ? { read: value } : undefined;
  return required ? undefined : { read: undefined };
}

function areKnown(values: readonly string[], options: readonly { readonly value: string }[]): boolean {
  return values.every((value) => options.some((option) => option.value === value));
}

function mismatch(name: string): MalformedPayloadError {
  return new MalformedPayloadError(
    `The modal was opened by another version: field '${name}' is missing, or of another kind`,
  );
}
