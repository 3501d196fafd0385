import type {
  ApplicationIntegrationType,
  InteractionContextType,
  LocalizationMap,
  Permissions,
} from 'discord-api-types/v10';
import type { CommandContexts } from '../interaction/context.ts';
import { DefinitionError } from '../errors.ts';
import type { CommandInteraction, SubmittedOption } from '../interaction/interaction.ts';
import { conclude, type Invocation } from '../interaction/invocation.ts';
import { inferred } from './inferred.ts';
import { optionValues } from './option-values.ts';
import type { OptionDefinitions, OptionValues } from './options.ts';
import type { CommandDefer, Returned } from '../interaction/reply.ts';

/** What Discord knows of a command beside its name and input. */
export interface CommandTraits {
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
  readonly traits: CommandTraits;
  readonly options: OptionDefinitions;
  readonly defer: CommandDefer;
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
  readonly traits: CommandTraits;
  readonly commands: readonly (SlashHandler | SlashGroup)[];
}

/** A command as somebody used it. */
export interface CommandCall {
  readonly interaction: CommandInteraction;
  /** Name with those of its groups before it: `role give`. */
  readonly path: string;
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
export function slash<const Options extends OptionDefinitions = never, const D extends CommandDefer = 'none'>(
  name: string,
  definition: CommandTraits & {
    readonly description: string;
    /** `none` unless said otherwise. */
    readonly defer?: D;
    readonly options?: Options;
    readonly run: (context: CommandContexts[D], options: OptionValues<Options>) => Returned<D> | Promise<Returned<D>>;
  },
): SlashHandler {
  const { description, options = {}, defer = 'none', run, ...traits } = definition;
  return {
    kind: 'slash',
    name,
    description,
    traits,
    options,
    defer,
    prepare({ interaction, path, submitted }) {
      const values = inferred<OptionValues<Options>>(optionValues(options, submitted, interaction.data.resolved));
      return {
        handler: `slash ${path}`,
        defer,
        run: async (context) => conclude(context, defer, await run(context, values)),
      };
    },
  };
}

/** Most levels of groups above a sub-command. Source: Discord docs, Application Commands, "Subcommands and Subcommand Groups". */
const maxGroupLevels = 2;

/**
 * Defines a command that has sub-commands, and groups of sub-commands.
 * @throws {DefinitionError} when it is nested deeper than Discord allows.
 */
export function slashGroup(
  name: string,
  definition: CommandTraits & {
    readonly description: string;
    readonly commands: readonly (SlashHandler | SlashGroup)[];
  },
): SlashGroup {
  const { description, commands, ...traits } = definition;
  const group: SlashGroup = { kind: 'slash-group', name, description, traits, commands };
  if (levelsOf(group) > maxGroupLevels) throw new DefinitionError(`'/${name}' is nested deeper than Discord allows`);
  return group;
}

function levelsOf(command: SlashHandler | SlashGroup): number {
  return command.kind === 'slash' ? 0 : 1 + Math.max(0, ...command.commands.map(levelsOf));
}
