import { ComponentType, type APIInteractionDataResolvedChannel, type APIRole } from 'discord-api-types/v10';
import { MalformedPayloadError } from '../errors.ts';
import type { ComponentContexts, Extended } from '../interaction/context.ts';
import type { Defer } from '../interaction/deferral.ts';
import type { ComponentInteraction, Resolved } from '../interaction/interaction.ts';
import { invocation, type Invocation, type Passage } from '../interaction/invocation.ts';
import type { Returned } from '../interaction/reply.ts';
import { resolvers } from '../interaction/resolve.ts';
import type { Cooldown } from './cooldown.ts';
import { CustomIdPattern, type CustomIdArguments, type CustomIdParams } from './custom-id.ts';
import { definitionSite } from './definition-site.ts';
import type { Extension, GuardResult } from './guard.ts';
import { inferred } from './inferred.ts';
import type { ResolvedUser } from './options.ts';

/** A button or a select, found by the custom id of the component. */
export interface ComponentHandler {
  readonly kind: 'component';
  readonly componentType: ComponentType;
  readonly customId: CustomIdPattern;
  /** File and line of its definition. */
  readonly site: string;
  readonly cooldown: Cooldown | undefined;
  /** @throws {MalformedPayloadError} when what was selected is not there, or none of what there is to select. */
  prepare(interaction: ComponentInteraction, params: Readonly<Record<string, string>>): Invocation;
}

/** What makes the custom ids that a handler is found by. */
export interface Identified<Pattern extends string> {
  /**
   * The custom id for a component with these parameters.
   * @throws {RangeError} when a parameter is empty, contains `:` or is none of those that the pattern names, or the id is
   *   longer than 100 characters.
   */
  id(...params: CustomIdArguments<Pattern>): string;
}

type ComponentContext<D extends Defer, Results extends readonly GuardResult[]> = ComponentContexts[D] &
  Extended<Extension<Results>>;

/** Defines what happens on a press of a button: `button('poll:vote:{choice=yes|no}', …)`. */
export function button<
  const Pattern extends string,
  const D extends Defer = 'none',
  const Results extends readonly GuardResult[] = readonly GuardResult[],
>(
  pattern: Pattern,
  definition: Passage<D, Results> & {
    readonly run: (
      context: ComponentContext<D, Results>,
      params: CustomIdParams<Pattern>,
    ) => Returned<D> | Promise<Returned<D>>;
  },
): ComponentHandler & Identified<Pattern> {
  const customId = new CustomIdPattern(pattern);
  const { run, ...passage } = definition;
  return {
    kind: 'component',
    componentType: ComponentType.Button,
    customId,
    site: definitionSite(button),
    cooldown: passage.cooldown,
    id: (...[params]) => customId.format(params),
    prepare: (interaction, params) =>
      invocation(passage, {
        handler: `button ${pattern}`,
        interaction,
        run: async (context) =>
          run(inferred<ComponentContext<D, Results>>(context), inferred<CustomIdParams<Pattern>>(params)),
      }),
  };
}

/** What is selected in each kind of select. */
export interface SelectTypes {
  readonly string: string;
  readonly user: ResolvedUser;
  readonly role: APIRole;
  readonly mentionable: ResolvedUser | APIRole;
  readonly channel: APIInteractionDataResolvedChannel;
}

/** What each kind of select is, as a component. */
export const selectComponents = {
  string: ComponentType.StringSelect,
  user: ComponentType.UserSelect,
  role: ComponentType.RoleSelect,
  mentionable: ComponentType.MentionableSelect,
  channel: ComponentType.ChannelSelect,
} as const satisfies Readonly<Record<keyof SelectTypes, ComponentType>>;

const readers: { readonly [Of in keyof SelectTypes]: (value: string, resolved: Resolved) => SelectTypes[Of] } = {
  ...resolvers,
  string: (value) => value,
};

/** Reads what was selected, in a message or in a modal. */
export function readSelected<Of extends keyof SelectTypes>(
  of: Of,
  values: readonly string[],
  resolved: Resolved,
): SelectTypes[Of][] {
  return values.map((value) => readers[of](value, resolved));
}

/** What is selected in a select of strings that names its values. */
type Selected<Of extends keyof SelectTypes, Value extends string> = Of extends 'string' ? Value : SelectTypes[Of];

/** Defines what happens on a selection: `select('roles:pick', { of: 'string', values: ['news', 'games'], … })`. */
export function select<
  const Pattern extends string,
  const Of extends keyof SelectTypes,
  const Value extends string = string,
  const D extends Defer = 'none',
  const Results extends readonly GuardResult[] = readonly GuardResult[],
>(
  pattern: Pattern,
  definition: Passage<D, Results> & {
    /** What is selected from. */
    readonly of: Of;
    /** Of a select of strings, what there is to select: anything else is of another version, or forged. */
    readonly values?: Of extends 'string' ? readonly Value[] : never;
    readonly run: (
      context: ComponentContext<D, Results>,
      selected: readonly Selected<Of, Value>[],
      params: CustomIdParams<Pattern>,
    ) => Returned<D> | Promise<Returned<D>>;
  },
): ComponentHandler & Identified<Pattern> {
  const customId = new CustomIdPattern(pattern);
  const { of, values, run, ...passage } = definition;
  return {
    kind: 'component',
    componentType: selectComponents[of],
    customId,
    site: definitionSite(select),
    cooldown: passage.cooldown,
    id: (...[params]) => customId.format(params),
    prepare(interaction, params) {
      const { data } = interaction;
      if (values !== undefined) checkKnown(data.values, values);
      const selected = inferred<readonly Selected<Of, Value>[]>(readSelected(of, data.values, data.resolved));
      return invocation(passage, {
        handler: `select ${pattern}`,
        interaction,
        run: async (context) =>
          run(inferred<ComponentContext<D, Results>>(context), selected, inferred<CustomIdParams<Pattern>>(params)),
      });
    },
  };
}

function checkKnown(selected: readonly string[], values: readonly string[]): void {
  if (selected.some((value) => !values.includes(value))) {
    throw new MalformedPayloadError('The select was made by another version: a value is not known');
  }
}
