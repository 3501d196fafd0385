import { ApplicationCommandType, type APIMessage } from 'discord-api-types/v10';
import type { CommandContexts, Extended } from '../interaction/context.ts';
import type { CommandDefer } from '../interaction/deferral.ts';
import { MalformedPayloadError } from '../errors.ts';
import type { CommandData, CommandInteraction } from '../interaction/interaction.ts';
import { invocation, type Invocation, type Passage } from '../interaction/invocation.ts';
import type { Returned } from '../interaction/reply.ts';
import type { Cooldown } from './cooldown.ts';
import { definitionSite } from './definition-site.ts';
import type { Extension, GuardResult } from './guard.ts';
import { inferred } from './inferred.ts';
import type { ResolvedUser } from './options.ts';
import { resolvers } from '../interaction/resolve.ts';
import type { CommandTraits } from './slash.ts';

/** A command in the menu of a user or a message. */
export interface MenuHandler {
  readonly kind: 'menu';
  readonly type: ApplicationCommandType.User | ApplicationCommandType.Message;
  readonly name: string;
  /** File and line of its definition. */
  readonly site: string;
  readonly traits: MenuTraits;
  readonly cooldown: Cooldown | undefined;
  /** @throws {MalformedPayloadError} when the target is not there. */
  prepare(interaction: CommandInteraction): Invocation;
}

/** What Discord knows of a menu command beside its name. */
export type MenuTraits = Omit<CommandTraits, 'descriptionLocalizations'>;

type MenuDefinition<Target, D extends CommandDefer, Results extends readonly GuardResult[]> = MenuTraits &
  Passage<D, Results> & {
    readonly run: (
      context: CommandContexts[D] & Extended<Extension<Results>>,
      target: Target,
    ) => Returned<D> | Promise<Returned<D>>;
  };

/** Defines a command in the menu of a user. Its name may have capitals and spaces. */
export function userMenu<
  const D extends CommandDefer = 'none',
  const Results extends readonly GuardResult[] = readonly GuardResult[],
>(name: string, definition: MenuDefinition<ResolvedUser, D, Results>): MenuHandler {
  const site = definitionSite(userMenu);
  return menu({ type: ApplicationCommandType.User, name, site, targetOf: targetUser }, definition);
}

/** Defines a command in the menu of a message. Its name may have capitals and spaces. */
export function messageMenu<
  const D extends CommandDefer = 'none',
  const Results extends readonly GuardResult[] = readonly GuardResult[],
>(name: string, definition: MenuDefinition<APIMessage, D, Results>): MenuHandler {
  const site = definitionSite(messageMenu);
  return menu({ type: ApplicationCommandType.Message, name, site, targetOf: targetMessage }, definition);
}

interface MenuKind<Target> extends Pick<MenuHandler, 'type' | 'name' | 'site'> {
  readonly targetOf: (id: string, data: CommandData) => Target;
}

function menu<Target, D extends CommandDefer, Results extends readonly GuardResult[]>(
  { type, name, site, targetOf }: MenuKind<Target>,
  definition: MenuDefinition<Target, D, Results>,
): MenuHandler {
  const { defer, guards, cooldown, run, ...traits } = definition;
  return {
    kind: 'menu',
    type,
    name,
    site,
    traits,
    cooldown,
    prepare(interaction) {
      const { data } = interaction;
      if (data.target_id === undefined) throw new MalformedPayloadError('Not the payload of a menu command: no target');
      const target = targetOf(data.target_id, data);
      return invocation(
        { defer, guards, cooldown },
        {
          handler: `menu ${name}`,
          interaction,
          run: async (context) => run(inferred<CommandContexts[D] & Extended<Extension<Results>>>(context), target),
        },
      );
    },
  };
}

function targetUser(id: string, { resolved }: CommandData): ResolvedUser {
  return resolvers.user(id, resolved);
}

function targetMessage(id: string, { resolved }: CommandData): APIMessage {
  const message = resolved.messages?.[id];
  if (message === undefined) throw new MalformedPayloadError('Not the payload of a menu command: no such message');
  return message;
}
