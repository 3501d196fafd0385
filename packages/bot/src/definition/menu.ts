import { ApplicationCommandType, type APIMessage } from 'discord-api-types/v10';
import type { CommandContexts } from '../interaction/context.ts';
import { MalformedPayloadError } from '../errors.ts';
import type { CommandData, CommandInteraction } from '../interaction/interaction.ts';
import { conclude, type Invocation } from '../interaction/invocation.ts';
import type { ResolvedUser } from './options.ts';
import type { CommandDefer, Returned } from '../interaction/reply.ts';
import { resolvers } from '../interaction/resolve.ts';
import type { CommandTraits } from './slash.ts';

/** A command in the menu of a user or a message. */
export interface MenuHandler {
  readonly kind: 'menu';
  readonly type: ApplicationCommandType.User | ApplicationCommandType.Message;
  readonly name: string;
  readonly traits: Omit<CommandTraits, 'descriptionLocalizations'>;
  readonly defer: CommandDefer;
  /** @throws {MalformedPayloadError} when the target is not there. */
  prepare(interaction: CommandInteraction): Invocation;
}

type MenuDefinition<Target, D extends CommandDefer> = Omit<CommandTraits, 'descriptionLocalizations'> & {
  /** `none` unless said otherwise. */
  readonly defer?: D;
  readonly run: (context: CommandContexts[D], target: Target) => Returned<D> | Promise<Returned<D>>;
};

/** Defines a command in the menu of a user. Its name may have capitals and spaces. */
export function userMenu<const D extends CommandDefer = 'none'>(
  name: string,
  definition: MenuDefinition<ResolvedUser, D>,
): MenuHandler {
  return menu({ type: ApplicationCommandType.User, name, targetOf: targetUser }, definition);
}

/** Defines a command in the menu of a message. Its name may have capitals and spaces. */
export function messageMenu<const D extends CommandDefer = 'none'>(
  name: string,
  definition: MenuDefinition<APIMessage, D>,
): MenuHandler {
  return menu({ type: ApplicationCommandType.Message, name, targetOf: targetMessage }, definition);
}

function menu<Target, D extends CommandDefer>(
  about: Pick<MenuHandler, 'type' | 'name'> & { readonly targetOf: (id: string, data: CommandData) => Target },
  definition: MenuDefinition<Target, D>,
): MenuHandler {
  const { type, name, targetOf } = about;
  const { defer = 'none', run, ...traits } = definition;
  return {
    kind: 'menu',
    type,
    name,
    traits,
    defer,
    prepare({ data }) {
      if (data.target_id === undefined) throw new MalformedPayloadError('Not the payload of a menu command: no target');
      const target = targetOf(data.target_id, data);
      return {
        handler: `menu ${name}`,
        defer,
        run: async (context) => conclude(context, defer, await run(context, target)),
      };
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
