import type {
  APIAttachment,
  APICheckboxGroupOption,
  APIRadioGroupOption,
  APISelectMenuOption,
  ChannelType,
} from 'discord-api-types/v10';
import type { SelectTypes } from './component.ts';
import type { Exactly, Typed } from './exactly.ts';

interface FieldBase {
  readonly label: string;
  readonly description?: string;
}

/** A field that may be left empty; required unless said otherwise, as Discord has it. */
interface Requirable {
  readonly required?: boolean;
}

/** How many may be chosen: one unless said otherwise. */
interface Counted extends Requirable {
  readonly minValues?: number;
  readonly maxValues?: number;
}

/** Source: Discord docs, Component Reference, "Text Input". */
export interface TextField extends FieldBase, Requirable {
  /** One line unless it is a paragraph. */
  readonly paragraph?: boolean;
  readonly placeholder?: string;
  /** Filled in already. */
  readonly value?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Source: Discord docs, Component Reference, "String Select". */
export interface ChoiceField extends FieldBase, Counted {
  readonly placeholder?: string;
  readonly options: readonly APISelectMenuOption[];
}

/** Source: Discord docs, Component Reference, "User Select", "Role Select", "Mentionable Select". */
export interface EntityField extends FieldBase, Counted {
  readonly placeholder?: string;
}

/** Source: Discord docs, Component Reference, "Channel Select". */
export interface ChannelField extends EntityField {
  readonly channelTypes?: readonly ChannelType[];
}

/** Source: Discord docs, Component Reference, "File Upload". */
export interface FileField extends FieldBase, Counted {
  /** `image`, `video`, `audio`, or extensions with their dot; of the name alone, never of what the file is. */
  readonly fileTypes?: readonly FileType[];
}

/** Source: Discord docs, Reference, "File Type Filtering". */
export type FileType = 'image' | 'video' | 'audio' | `.${string}`;

/** Source: Discord docs, Component Reference, "Radio Group". */
export interface RadioField extends FieldBase, Requirable {
  readonly options: readonly APIRadioGroupOption[];
}

/** Source: Discord docs, Component Reference, "Checkbox Group". As many as there are may be ticked. */
export interface CheckboxesField extends FieldBase, Counted {
  readonly options: readonly APICheckboxGroupOption[];
}

/** Source: Discord docs, Component Reference, "Checkbox". */
export interface CheckboxField extends FieldBase {
  /** Ticked already. */
  readonly default?: boolean;
}

/** A field of a modal, or a text between its fields. Made by {@link field}. */
export type FieldDefinition =
  | (TextField & { readonly type: 'text' })
  | (ChoiceField & { readonly type: 'string' })
  | (EntityField & { readonly type: 'user' | 'role' | 'mentionable' })
  | (ChannelField & { readonly type: 'channel' })
  | (FileField & { readonly type: 'file' })
  | (RadioField & { readonly type: 'radio' })
  | (CheckboxesField & { readonly type: 'checkboxes' })
  | (CheckboxField & { readonly type: 'checkbox' })
  | { readonly type: 'note'; readonly content: string };

/** Fields by name, in their order. */
export type FieldDefinitions = Readonly<Record<string, FieldDefinition>>;

type Value<Field> = Field extends { readonly options: readonly { readonly value: infer V }[] } ? V : string;

type Chosen<Field extends FieldDefinition> = Field extends { readonly type: 'string' }
  ? Value<Field>
  : Field extends { readonly type: keyof SelectTypes }
    ? SelectTypes[Field['type']]
    : APIAttachment;

type FieldValue<Field extends FieldDefinition> = Field extends { readonly type: 'text' }
  ? string
  : Field extends { readonly type: 'checkbox' }
    ? boolean
    : Field extends { readonly type: 'checkboxes' }
      ? readonly Value<Field>[]
      : Field extends { readonly type: 'radio' }
        ? Field extends { readonly required: false }
          ? Value<Field> | undefined
          : Value<Field>
        : readonly Chosen<Field>[];

/**
 * What was submitted, by the field's kind: a text is empty when it was left so; selects, files and checkboxes give lists
 * of what was chosen, radio buttons one value, a checkbox whether it is ticked.
 */
export type FieldValues<Fields extends FieldDefinitions> = {
  readonly [Name in keyof Fields as Fields[Name] extends { readonly type: 'note' } ? never : Name]: FieldValue<
    Fields[Name]
  >;
};

/** Defines fields; each keeps the literal types of what it is given. */
export const field = {
  /** A text, in a line or a paragraph. */
  text: <const Field extends TextField>(definition: Exactly<Field, TextField>): Typed<Field, 'text'> => ({
    ...definition,
    type: 'text',
  }),
  /** Some of up to 25 texts. */
  choice: <const Field extends ChoiceField>(definition: Exactly<Field, ChoiceField>): Typed<Field, 'string'> => ({
    ...definition,
    type: 'string',
  }),
  /** Users, and in a guild the members that they are there. */
  users: <const Field extends EntityField>(definition: Exactly<Field, EntityField>): Typed<Field, 'user'> => ({
    ...definition,
    type: 'user',
  }),
  /** Roles of the guild. */
  roles: <const Field extends EntityField>(definition: Exactly<Field, EntityField>): Typed<Field, 'role'> => ({
    ...definition,
    type: 'role',
  }),
  /** Users and roles. */
  mentionables: <const Field extends EntityField>(
    definition: Exactly<Field, EntityField>,
  ): Typed<Field, 'mentionable'> => ({ ...definition, type: 'mentionable' }),
  /** Channels of the guild. */
  channels: <const Field extends ChannelField>(definition: Exactly<Field, ChannelField>): Typed<Field, 'channel'> => ({
    ...definition,
    type: 'channel',
  }),
  /** Files. */
  files: <const Field extends FileField>(definition: Exactly<Field, FileField>): Typed<Field, 'file'> => ({
    ...definition,
    type: 'file',
  }),
  /** One of two to ten texts. */
  radio: <const Field extends RadioField>(definition: Exactly<Field, RadioField>): Typed<Field, 'radio'> => ({
    ...definition,
    type: 'radio',
  }),
  /** Any of up to ten texts. */
  checkboxes: <const Field extends CheckboxesField>(
    definition: Exactly<Field, CheckboxesField>,
  ): Typed<Field, 'checkboxes'> => ({ ...definition, type: 'checkboxes' }),
  /** A yes or no. */
  checkbox: <const Field extends CheckboxField>(
    definition: Exactly<Field, CheckboxField>,
  ): Typed<Field, 'checkbox'> => ({ ...definition, type: 'checkbox' }),
  /** A text in Markdown between the fields; nothing is submitted of it. */
  note: (content: string) => ({ type: 'note' as const, content }),
};
