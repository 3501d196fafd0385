import { ComponentType, type APIInteractionDataResolvedChannel, type APIRole } from 'discord-api-types/v10';
import type { ComponentContexts } from '../interaction/context.ts';
import { CustomIdPattern, type CustomIdArguments, type CustomIdParams } from './custom-id.ts';
import { inferred } from './inferred.ts';
import type { ComponentInteraction, Resolved } from '../interaction/interaction.ts';
import { conclude, type Invocation } from '../interaction/invocation.ts';
import type { ResolvedUser } from './options.ts';
import type { Defer, Returned } from '../interaction/reply.ts';
import { resolvers } from '../interaction/resolve.ts';

/** A button or a select, found by the custom id of the component. */
export interface ComponentHandler {
  readonly kind: 'component';
  readonly componentType: ComponentType;
  readonly customId: CustomIdPattern;
  readonly defer: Defer;
  /** @throws {MalformedPayloadError} when what was selected is not there. */
  prepare(interaction: ComponentInteraction, params: Readonly<Record<string, string>>): Invocation;
}

/** What makes the custom ids that a handler is found by. */
export interface Identified<Pattern extends string> {
  /**
   * The custom id for a component with these parameters.
   * @throws {RangeError} when a parameter is empty or contains `:`, or the id is longer than 100 characters.
   */
  id(...params: CustomIdArguments<Pattern>): string;
}

/** Defines what happens on a press of a button: `button('poll:vote:{choice}', …)`. */
export function button<const Pattern extends string, const D extends Defer = 'none'>(
  pattern: Pattern,
  definition: {
    /** `none` unless said otherwise. */
    readonly defer?: D;
    readonly run: (
      context: ComponentContexts[D],
      params: CustomIdParams<Pattern>,
    ) => Returned<D> | Promise<Returned<D>>;
  },
): ComponentHandler & Identified<Pattern> {
  const customId = new CustomIdPattern(pattern);
  const { defer = 'none' } = definition;
  return {
    kind: 'component',
    componentType: ComponentType.Button,
    customId,
    defer,
    id: (...[params]) => customId.format(params),
    prepare: (_, params) => ({
      handler: `button ${pattern}`,
      defer,
      run: async (context) =>
        conclude(context, defer, await definition.run(context, inferred<CustomIdParams<Pattern>>(params))),
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

const selectComponents: Readonly<Record<keyof SelectTypes, ComponentType>> = {
  string: ComponentType.StringSelect,
  user: ComponentType.UserSelect,
  role: ComponentType.RoleSelect,
  mentionable: ComponentType.MentionableSelect,
  channel: ComponentType.ChannelSelect,
};

const readers: { readonly [Of in keyof SelectTypes]: (value: string, resolved: Resolved) => SelectTypes[Of] } = {
  ...resolvers,
  string: (value) => value,
};

/** Defines what happens on a selection: `select('roles:pick', { of: 'string', … })`. */
export function select<
  const Pattern extends string,
  const Of extends keyof SelectTypes,
  const D extends Defer = 'none',
>(
  pattern: Pattern,
  definition: {
    /** What is selected from. */
    readonly of: Of;
    /** `none` unless said otherwise. */
    readonly defer?: D;
    readonly run: (
      context: ComponentContexts[D],
      selected: readonly SelectTypes[Of][],
      params: CustomIdParams<Pattern>,
    ) => Returned<D> | Promise<Returned<D>>;
  },
): ComponentHandler & Identified<Pattern> {
  const customId = new CustomIdPattern(pattern);
  const { of, defer = 'none' } = definition;
  const read = readers[of];
  return {
    kind: 'component',
    componentType: selectComponents[of],
    customId,
    defer,
    id: (...[params]) => customId.format(params),
    prepare({ data }, params) {
      const selected = data.values.map((value) => read(value, data.resolved));
      return {
        handler: `select ${pattern}`,
        defer,
        run: async (context) =>
          conclude(context, defer, await definition.run(context, selected, inferred<CustomIdParams<Pattern>>(params))),
      };
    },
  };
}
