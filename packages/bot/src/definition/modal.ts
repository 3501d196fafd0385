import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import type { Extended, ModalContexts } from '../interaction/context.ts';
import type { Defer } from '../interaction/deferral.ts';
import type { ModalInteraction } from '../interaction/interaction.ts';
import { invocation, type Invocation, type Passage } from '../interaction/invocation.ts';
import type { Returned } from '../interaction/reply.ts';
import type { Cooldown } from './cooldown.ts';
import { CustomIdPattern, type CustomIdArguments, type CustomIdParams } from './custom-id.ts';
import { definitionSite } from './definition-site.ts';
import type { Extension, GuardResult } from './guard.ts';
import { inferred } from './inferred.ts';
import { fieldBody, fieldValues } from './modal-body.ts';
import type { FieldDefinition, FieldDefinitions, FieldValues } from './modal-fields.ts';

/** A modal, found by its custom id when it is submitted. */
export interface ModalHandler {
  readonly kind: 'modal';
  readonly customId: CustomIdPattern;
  /** File and line of its definition. */
  readonly site: string;
  readonly title: string;
  readonly fields: FieldDefinitions;
  readonly cooldown: Cooldown | undefined;
  /** @throws {MalformedPayloadError} when a field is missing: the modal was opened by another version. */
  prepare(interaction: ModalInteraction, params: Readonly<Record<string, string>>): Invocation;
}

/** What opens a modal. */
export interface Openable<Pattern extends string, Fields extends FieldDefinitions> {
  /** The modal with these parameters, for `ctx.modal(…)`; `filledIn`: texts that are there already. */
  open(
    ...given: [...params: CustomIdArguments<Pattern>, filledIn?: FilledIn<Fields>]
  ): APIModalInteractionResponseCallbackData;
}

/** Texts by the fields that take them. */
export type FilledIn<Fields extends FieldDefinitions> = {
  readonly [Name in keyof Fields as Fields[Name] extends { readonly type: 'text' } ? Name : never]?: string;
};

type ModalContext<D extends Defer, Results extends readonly GuardResult[]> = ModalContexts[D] &
  Extended<Extension<Results>>;

/**
 * Defines a modal and what happens when it is submitted.
 *
 *     const form = modal('feedback:{topic}', {
 *       title: 'Feedback',
 *       fields: { message: field.text({ label: 'What should we know?', paragraph: true }) },
 *       run: (ctx, { message }, { topic }) => ({ content: `${topic}: ${message}` }),
 *     });
 *     slash('feedback', { description: 'Tell us', run: (ctx) => ctx.modal(form.open({ topic: 'water' })) });
 */
export function modal<
  const Pattern extends string,
  const Fields extends FieldDefinitions,
  const D extends Defer = 'none',
  const Results extends readonly GuardResult[] = readonly GuardResult[],
>(
  pattern: Pattern,
  definition: Passage<D, Results> & {
    readonly title: string;
    readonly fields: Fields;
    readonly run: (
      context: ModalContext<D, Results>,
      fields: FieldValues<Fields>,
      params: CustomIdParams<Pattern>,
    ) => Returned<D> | Promise<Returned<D>>;
  },
): ModalHandler & Openable<Pattern, Fields> {
  const customId = new CustomIdPattern(pattern);
  const { title, fields, run, ...passage } = definition;
  return {
    kind: 'modal',
    customId,
    site: definitionSite(modal),
    title,
    fields,
    cooldown: passage.cooldown,
    open(...given) {
      const [first = {}, second = {}] = given;
      const [params, filledIn] = customId.hasParameters ? [first, second] : [{}, first];
      const texts = new Map<string, unknown>(Object.entries(filledIn));
      return {
        custom_id: customId.format(inferred<Readonly<Record<string, string>>>(params)),
        title,
        components: Object.entries(fields).map(([name, one]) => fieldBody(name, withText(one, texts.get(name)))),
      };
    },
    prepare(interaction, params) {
      const values = inferred<FieldValues<Fields>>(fieldValues(fields, interaction));
      return invocation(passage, {
        handler: `modal ${pattern}`,
        interaction,
        run: async (context) =>
          run(inferred<ModalContext<D, Results>>(context), values, inferred<CustomIdParams<Pattern>>(params)),
      });
    },
  };
}

function withText(field: FieldDefinition, text: unknown): FieldDefinition {
  return field.type === 'text' && typeof text === 'string' ? { ...field, value: text } : field;
}
