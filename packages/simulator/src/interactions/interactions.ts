import {
  ApplicationCommandType,
  ButtonStyle,
  ComponentType,
  InteractionContextType,
  InteractionType,
} from 'discord-api-types/v10';
import { randomBytes } from 'node:crypto';
import type { Command } from '../world/commands.ts';
import type { World } from '../world/world.ts';
import { commandOptions } from './command-options.ts';
import type { OptionData, OptionValue } from './command-options.ts';
import { InteractionHandle } from './handle.ts';
import { Interaction } from './interaction.ts';
import type { InteractionKind } from './interaction.ts';
import { checkSelection, findComponent, isSelect } from './message-components.ts';
import type { LocatedComponent } from './message-components.ts';
import { submittedComponents } from './modal-fields.ts';
import type { FieldValue } from './modal-fields.ts';
import { refuse } from './refusal.ts';
import { InteractionRegistry } from './registry.ts';
import { Resolution } from './resolved.ts';
import { Responses } from './responses.ts';
import { interactionEnvelope, interactionMetadata, interactionSetting } from './setting.ts';
import type { InteractionSetting, Invocation } from './setting.ts';

export interface InteractionOptions {
  /** how long a callback may take; default 3,000 ms */
  deadlineMs?: number;
  /** how long a token may be used; default 15 minutes */
  tokenLifetimeMs?: number;
  /** interactions remembered; the oldest are forgotten; default 50,000 */
  capacity?: number;
}

export interface SlashInvocation extends Invocation {
  /** the command, with group and subcommand as Discord shows them: `config`, `config roles add` */
  name: string;
  options?: Readonly<Record<string, OptionValue>>;
}

export interface AutocompleteInvocation extends SlashInvocation {
  options: Readonly<Record<string, OptionValue>>;
  /** the option that the member is typing in */
  focused: string;
}

export interface MenuInvocation extends Invocation {
  name: string;
  /** the user, or the message in the channel, that the menu was opened on */
  targetId: string;
}

export interface ComponentInvocation extends Invocation {
  customId: string;
  /** default: the newest message in the channel that has the component and that the member sees */
  messageId?: string;
}

export interface SelectInvocation extends ComponentInvocation {
  /** refused when the component found has another type; default whichever it has */
  componentType?: ComponentType;
  values: readonly string[];
}

export interface ModalInvocation extends Invocation {
  customId: string;
  fields: Readonly<Record<string, FieldValue>>;
}

interface NewInteraction {
  kind: InteractionKind;
  type: InteractionType;
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  source?: LocatedComponent['message'];
  openedBy?: Interaction;
}

/**
 * Members who run commands and use components. Each method makes the interaction that Discord's client would send, dispatches
 * INTERACTION_CREATE, and follows what comes of it. Methods throw an InteractionRefusedError for what the client would not
 * offer, and an UnknownEntityError for ids that are not in the world.
 */
export class Interactions {
  readonly responses: Responses;
  readonly #world: World;
  readonly #registry: InteractionRegistry;

  constructor(world: World, options: InteractionOptions = {}) {
    this.#world = world;
    this.#registry = new InteractionRegistry(options);
    this.responses = new Responses(world, this.#registry);
  }

  /** A member runs a slash command. */
  slash(invocation: SlashInvocation): InteractionHandle {
    const setting = interactionSetting(this.#world, invocation);
    const type = InteractionType.ApplicationCommand;
    return this.#create(setting, { kind: 'slash', type, data: this.#commandData(setting, invocation) });
  }

  /** A member types in an option with autocompletion. */
  autocomplete(invocation: AutocompleteInvocation): InteractionHandle {
    const setting = interactionSetting(this.#world, invocation);
    const type = InteractionType.ApplicationCommandAutocomplete;
    return this.#create(setting, { kind: 'autocomplete', type, data: this.#commandData(setting, invocation) });
  }

  /** A member runs a command from the menu of a user. */
  userMenu(invocation: MenuInvocation): InteractionHandle {
    const setting = interactionSetting(this.#world, invocation);
    const command = this.#command(setting, ApplicationCommandType.User, invocation.name);
    const resolution = new Resolution(setting);
    resolution.user(invocation.targetId);
    return this.#create(setting, {
      kind: 'userMenu',
      type: InteractionType.ApplicationCommand,
      data: { ...commandHead(command), target_id: invocation.targetId, resolved: resolution.toPayload() },
      metadata: { target_user: this.#world.user(invocation.targetId) },
    });
  }

  /** A member runs a command from the menu of a message. */
  messageMenu(invocation: MenuInvocation): InteractionHandle {
    const setting = interactionSetting(this.#world, invocation);
    const command = this.#command(setting, ApplicationCommandType.Message, invocation.name);
    const message = this.#world.conversations.get(setting.channelId, invocation.targetId);
    const resolution = new Resolution(setting);
    resolution.message(message);
    return this.#create(setting, {
      kind: 'messageMenu',
      type: InteractionType.ApplicationCommand,
      data: { ...commandHead(command), target_id: message.id, resolved: resolution.toPayload() },
      metadata: { target_message_id: message.id },
    });
  }

  /** A member presses a button. */
  button(invocation: ComponentInvocation): InteractionHandle {
    const setting = interactionSetting(this.#world, invocation);
    const located = this.#locate(setting, invocation);
    if (located.component.type !== ComponentType.Button) refuse(`${invocation.customId} is not a button`);
    if (located.component.style === ButtonStyle.Link) refuse(`${invocation.customId} only opens a link`);
    return this.#useComponent(setting, located, {});
  }

  /** A member picks something in a select of any type. */
  select(invocation: SelectInvocation): InteractionHandle {
    const setting = interactionSetting(this.#world, invocation);
    const located = this.#locate(setting, invocation);
    const { component } = located;
    if (!isSelect(component)) refuse(`${invocation.customId} is not a select`);
    if (invocation.componentType !== undefined && invocation.componentType !== component.type) {
      refuse(`${invocation.customId} has type ${component.type}, not ${invocation.componentType}`);
    }
    const resolution = new Resolution(setting);
    checkSelection(component, invocation.values, resolution);
    const resolved = resolution.toPayload();
    return this.#useComponent(setting, located, { values: invocation.values, ...(resolved && { resolved }) });
  }

  /** A member fills in the modal that they were shown last with this custom id. */
  modalSubmit(invocation: ModalInvocation): InteractionHandle {
    const setting = interactionSetting(this.#world, invocation);
    const opened = this.#registry.openModal(setting.bot.applicationId, setting.userId, invocation.customId);
    if (opened === undefined) return refuse(`the member has no modal ${invocation.customId} open`);
    const { modal, interaction: openedBy } = opened;
    const resolution = new Resolution(setting);
    const components = submittedComponents(modal, invocation.fields, resolution);
    const resolved = resolution.toPayload();
    this.#registry.closeModal(openedBy);
    const { source, metadata } = openedBy.identity;
    return this.#create(setting, {
      kind: 'modal',
      type: InteractionType.ModalSubmit,
      data: { custom_id: modal.custom_id, components, ...(resolved && { resolved }) },
      metadata: { triggering_interaction_metadata: metadata },
      openedBy,
      ...(source && { source: this.responses.current(source) }),
    });
  }

  /** The handle of an interaction that was created earlier. */
  find(interactionId: string): InteractionHandle | undefined {
    const interaction = this.#registry.find(interactionId);
    return interaction && this.#handle(interaction);
  }

  /** Ends all waiting for deadlines. */
  stop(): void {
    this.#registry.stop();
  }

  #locate(setting: InteractionSetting, invocation: ComponentInvocation): LocatedComponent {
    const { channelId, userId, bot } = setting;
    const seen =
      invocation.messageId === undefined
        ? this.responses.visibleIn(channelId, userId)
        : [this.responses.visible(channelId, invocation.messageId, userId)];
    return findComponent(seen, { customId: invocation.customId, authorId: bot.userId });
  }

  #useComponent(
    setting: InteractionSetting,
    located: LocatedComponent,
    data: Record<string, unknown>,
  ): InteractionHandle {
    const { component, message } = located;
    return this.#create(setting, {
      kind: 'component',
      type: InteractionType.MessageComponent,
      data: { custom_id: component.custom_id, component_type: component.type, id: component.id, ...data },
      metadata: { interacted_message_id: message.id },
      source: message,
    });
  }

  #commandData(
    setting: InteractionSetting,
    invocation: SlashInvocation & { focused?: string },
  ): Record<string, unknown> {
    const [name = '', ...path] = invocation.name.split(' ');
    const command = this.#command(setting, ApplicationCommandType.ChatInput, name);
    const resolution = new Resolution(setting);
    const input = {
      path,
      values: invocation.options ?? {},
      ...(invocation.focused !== undefined && { focused: invocation.focused }),
    };
    const options: OptionData[] = commandOptions(command, input, resolution);
    const resolved = resolution.toPayload();
    return { ...commandHead(command), ...(options.length > 0 && { options }), ...(resolved && { resolved }) };
  }

  #command(setting: InteractionSetting, type: ApplicationCommandType, name: string): Command {
    const { bot, guild, userId, channelId } = setting;
    const scope = { applicationId: bot.applicationId, guildId: guild?.id };
    const command =
      this.#world.commands.visible(scope, type, name) ?? refuse(`no command ${name} of type ${type} is registered`);
    const contexts = command.contexts;
    const context = guild === undefined ? InteractionContextType.BotDM : InteractionContextType.Guild;
    if (Array.isArray(contexts) && !contexts.includes(context)) refuse(`the command ${name} is not offered here`);
    const needed = BigInt(command.default_member_permissions ?? 0);
    if (guild !== undefined && (guild.permissionsOf(userId, channelId) & needed) !== needed) {
      refuse(`the member lacks the permissions that ${name} asks for`);
    }
    return command;
  }

  #create(setting: InteractionSetting, creation: NewInteraction): InteractionHandle {
    const id = this.#world.nextId();
    const { bot, guild, channelId, userId } = setting;
    const interaction = new Interaction(
      {
        id,
        token: newToken(id),
        kind: creation.kind,
        applicationId: bot.applicationId,
        guildId: guild?.id ?? null,
        channelId,
        userId,
        metadata: { ...interactionMetadata(id, creation.type, setting), ...creation.metadata },
        ...(creation.source && { source: creation.source }),
        ...(creation.openedBy && { openedBy: creation.openedBy }),
      },
      performance.now(),
    );
    this.#registry.add(interaction);
    this.#world.dispatch({
      applicationId: bot.applicationId,
      guildId: guild?.id ?? null,
      type: 'INTERACTION_CREATE',
      data: {
        id,
        token: interaction.identity.token,
        type: creation.type,
        data: creation.data,
        ...(creation.source && { message: creation.source }),
        ...interactionEnvelope(setting),
      },
    });
    return this.#handle(interaction);
  }

  #handle(interaction: Interaction): InteractionHandle {
    return new InteractionHandle(interaction, (userId) => this.responses.view(interaction, userId));
  }
}

function commandHead(command: Command): Record<string, unknown> {
  const head = { id: command.id, name: command.name, type: command.type };
  return command.guild_id === undefined ? head : { ...head, guild_id: command.guild_id };
}

/** A token has the interaction's id in it, as Discord's have; it must be kept as secret as a password. */
function newToken(interactionId: string): string {
  const secret = randomBytes(96).toString('base64url');
  return Buffer.from(`interaction:${interactionId}:${secret}`).toString('base64url');
}
