import type {
  ApplicationIntegrationType,
  InteractionContextType,
  LocalizationMap,
  Permissions,
} from 'discord-api-types/v10';
import type { CommandContexts, Extended } from '../interaction/context.ts';
import type { CommandDefer } from '../interaction/deferral.ts';
import type { CommandInteraction, SubmittedOption } from '../interaction/interaction.ts';
import { invocation, type Invocation, type Layer, type Passage } from '../interaction/invocation.ts';
import type { Returned } from '../interaction/reply.ts';
import type { Cooldown } from './cooldown.ts';
import { definitionSite } from './definition-site.ts';
import type { Extension, Guard, GuardResult } from './guard.ts';
import { inferred } from './inferred.ts';
import { optionValues } from './option-values.ts';
import type { OptionDefinitions, OptionValues } from './options.ts';

/** What Discord knows of a command beside its name and input. */
export interface CommandTraits {
  /** The guilds in which it is registered; everywhere unless said otherwise. */
  readonly guilds?: readonly string[];
  /** Where it can be used: by default wherever the bot is installed. */
  readonly contexts?: readonly InteractionContextType[];
  readonly integrationTypes?: readonly ApplicationIntegrationType[];
  /** Who sees it unless a guild decides otherwise, as a bit set in decimal. */
  readonly defaultMemberPermissions?: Permissions;
  readonly nsfw?: boolean;
  readonly nameLocalizations?: LocalizationMap;
  readonly descriptionLocalizations?: LocalizationMap;
}

/** A slash command; within a group, a sub-command. */
export interface SlashHandler {
  readonly kind: 'slash';
  readonly name: string;
  readonly description: string;
  /** File and line of its definition. */
  readonly site: string;
  readonly traits: CommandTraits;
  readonly options: OptionDefinitions;
  /** Who may use it, and have its options completed. */
  readonly guards: readonly Guard[];
  readonly cooldown: Cooldown | undefined;
  /**
   * Reads the options.
   * @throws {MalformedPayloadError} when the command was registered by another version.
   */
  prepare(call: CommandCall): Invocation;
}

/** Commands below one name: `/role give`, `/role list`. */
export interface SlashGroup {
  readonly kind: 'slash-group';
  readonly name: string;
  readonly description: string;
  readonly site: string;
  readonly traits: CommandTraits;
  readonly commands: readonly (SlashHandler | SlashGroup)[];
  /** Asked before those of each of its sub-commands. */
  readonly guards: readonly Guard[];
  /** Counts the uses of all its sub-commands together, beside the cooldowns of their own. */
  readonly cooldown: Cooldown | undefined;
}

/** A command as somebody used it. */
export interface CommandCall {
  readonly interaction: CommandInteraction;
  /** Name with those of its groups before it: `role give`. */
  readonly path: string;
  /** The groups that it is in, the outermost first. */
  readonly groups: readonly SlashGroup[];
  readonly submitted: readonly SubmittedOption[];
}

/**
 * Defines a slash command.
 *
 *     slash('echo', {
 *       description: 'Says it again',
 *       options: { text: opt.string({ description: 'What to say', required: true }) },
 *       run: (ctx, { text }) => ({ content: text }),
 *     });
 */
export function slash<
  const Options extends OptionDefinitions = never,
  const D extends CommandDefer = 'none',
  const Results extends readonly GuardResult[] = readonly GuardResult[],
>(
  name: string,
  definition: CommandTraits &
    Passage<D, Results> & {
      readonly description: string;
      readonly options?: Options;
      readonly run: (
        context: CommandContexts[D] & Extended<Extension<Results>>,
        options: OptionValues<Options>,
      ) => Returned<D> | Promise<Returned<D>>;
    },
): SlashHandler {
  const { description, options = {}, defer, guards, cooldown, run, ...traits } = definition;
  const allGuards: readonly Guard[] = guards ?? [];
  return {
    kind: 'slash',
    name,
    description,
    site: definitionSite(slash),
    traits,
    options,
    guards: allGuards,
    cooldown,
    prepare({ interaction, path, groups, submitted }) {
      const values = inferred<OptionValues<Options>>(optionValues(options, submitted, interaction.data.resolved));
      return invocation(
        { defer, guards, cooldown },
        {
          handler: `slash ${path}`,
          around: groupLayers(path, groups),
          interaction,
          run: async (context) => run(inferred<CommandContexts[D] & Extended<Extension<Results>>>(context), values),
        },
      );
    },
  };
}

/**
 * Defines a command that has sub-commands, and groups of sub-commands. Its guards are asked before those of each; its cooldown
 * counts the uses of all together.
 *
 *     slashGroup('role', { description: 'Roles', guards: [memberCan('ManageRoles')], commands: [give, take] });
 */
export function slashGroup(
  name: string,
  definition: CommandTraits & {
    readonly description: string;
    readonly commands: readonly (SlashHandler | SlashGroup)[];
    readonly guards?: readonly Guard[];
    readonly cooldown?: Cooldown;
  },
): SlashGroup {
  const { description, commands, guards = [], cooldown, ...traits } = definition;
  const site = definitionSite(slashGroup);
  return { kind: 'slash-group', name, description, site, traits, commands, guards, cooldown };
}

/** What the groups of a sub-command demand, each by its own path: `slash role` of `role give`. */
function groupLayers(path: string, groups: readonly SlashGroup[]): Layer[] {
  const names = path.split(' ');
  return groups.map(({ guards, cooldown }, index) => ({
    handler: `slash ${names.slice(0, index + 1).join(' ')}`,
    guards,
    cooldown,
  }));
}
