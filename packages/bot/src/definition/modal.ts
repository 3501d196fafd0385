import {
  ComponentType,
  TextInputStyle,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
} from 'discord-api-types/v10';
import type { ModalContexts } from '../interaction/context.ts';
import { CustomIdPattern, type CustomIdArguments, type CustomIdParams } from './custom-id.ts';
import { MalformedPayloadError } from '../errors.ts';
import { inferred } from './inferred.ts';
import type { ModalInteraction } from '../interaction/interaction.ts';
import { conclude, type Invocation } from '../interaction/invocation.ts';
import type { Defer, Returned } from '../interaction/reply.ts';

/** A text input of a modal. Source: Discord docs, Component Reference, "Text Input". */
export interface TextField {
  readonly label: string;
  readonly description?: string;
  /** One line unless it is a paragraph. */
  readonly paragraph?: boolean;
  readonly placeholder?: string;
  /** Filled in already. */
  readonly value?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Required unless said otherwise, as Discord has it. */
  readonly required?: boolean;
}

/** What was submitted; an optional field left empty is an empty text. */
export type FieldValues<Fields extends Readonly<Record<string, TextField>>> = {
  readonly [Name in keyof Fields]: string;
};

/** A modal, found by its custom id when it is submitted. */
export interface ModalHandler {
  readonly kind: 'modal';
  readonly customId: CustomIdPattern;
  readonly defer: Defer;
  /** @throws {MalformedPayloadError} when a field is missing: the modal was opened by another version. */
  prepare(interaction: ModalInteraction, params: Readonly<Record<string, string>>): Invocation;
}

/** What opens a modal. */
export interface Openable<Pattern extends string> {
  /** The modal with these parameters, for `ctx.modal(…)`. */
  open(...params: CustomIdArguments<Pattern>): APIModalInteractionResponseCallbackData;
}

/** Defines a modal and what happens when it is submitted. */
export function modal<
  const Pattern extends string,
  const Fields extends Readonly<Record<string, TextField>>,
  const D extends Defer = 'none',
>(
  pattern: Pattern,
  definition: {
    readonly title: string;
    readonly fields: Fields;
    /** `none` unless said otherwise. */
    readonly defer?: D;
    readonly run: (
      context: ModalContexts[D],
      fields: FieldValues<Fields>,
      params: CustomIdParams<Pattern>,
    ) => Returned<D> | Promise<Returned<D>>;
  },
): ModalHandler & Openable<Pattern> {
  const customId = new CustomIdPattern(pattern);
  const { title, fields, defer = 'none' } = definition;
  return {
    kind: 'modal',
    customId,
    defer,
    open: (...[params]) => ({
      custom_id: customId.format(params),
      title,
      components: Object.entries(fields).map(([name, field]) => label(name, field)),
    }),
    prepare(interaction, params) {
      const values = inferred<FieldValues<Fields>>(submittedFields(Object.keys(fields), interaction));
      return {
        handler: `modal ${pattern}`,
        defer,
        run: async (context) =>
          conclude(context, defer, await definition.run(context, values, inferred<CustomIdParams<Pattern>>(params))),
      };
    },
  };
}

function label(name: string, field: TextField): APILabelComponent {
  const { placeholder, value, minLength, maxLength, required } = field;
  return {
    type: ComponentType.Label,
    label: field.label,
    ...(field.description !== undefined && { description: field.description }),
    component: {
      type: ComponentType.TextInput,
      custom_id: name,
      style: field.paragraph === true ? TextInputStyle.Paragraph : TextInputStyle.Short,
      ...(placeholder !== undefined && { placeholder }),
      ...(value !== undefined && { value }),
      ...(minLength !== undefined && { min_length: minLength }),
      ...(maxLength !== undefined && { max_length: maxLength }),
      ...(required !== undefined && { required }),
    },
  };
}

function submittedFields(names: readonly string[], { data }: ModalInteraction): Record<string, string> {
  const inputs = data.components.flatMap(({ component, components = [] }) =>
    component === undefined ? components : [component],
  );
  const given = new Map(inputs.map((input) => [input.custom_id, input.value]));
  return Object.fromEntries(
    names.map((name) => {
      const value = given.get(name);
      if (value !== undefined) return [name, value];
      throw new MalformedPayloadError(`The modal was opened by another version: field '${name}' is missing`);
    }),
  );
}
