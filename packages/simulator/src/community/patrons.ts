import { ApplicationCommandType, ComponentType } from 'discord-api-types/v10';
import type { InteractionHandle } from '../interactions/handle.ts';
import type { Interactions } from '../interactions/interactions.ts';
import { InteractionRefusedError } from '../interactions/refusal.ts';
import type { View } from '../interactions/view.ts';
import type { Command } from '../world/commands.ts';
import type { Component } from '../world/component.ts';
import type { Guild, Member } from '../world/guild.ts';
import type { SeededRandom } from '../world/random.ts';
import { UnknownEntityError } from '../world/unknown-entity.ts';
import type { World } from '../world/world.ts';
import { commandEntry, modalEntry, selectEntry } from './entries.ts';
import type { CommandEntry } from './entries.ts';
import { usableComponents, UsableMessages } from './visible-components.ts';
import type { UsableMessage } from './visible-components.ts';

/** A member somewhere, and the bot that they deal with. */
export interface Scene {
  readonly applicationId: string;
  readonly guild: Guild;
  readonly member: Member;
}

export interface PatronSetting {
  readonly world: World;
  readonly interactions: Interactions;
  readonly random: SeededRandom;
  /** An interaction has been made; what the member sees in the end goes to `onSeen`. */
  readonly follow: (handle: InteractionHandle, onSeen: (view: View) => void) => void;
  /** Something that a member will do as the next thing. */
  readonly next: (deed: () => void) => void;
}

const rememberedMessages = 30;

/**
 * How members use the bot: whatever commands it has registered, and the components of messages that it has really posted. They
 * react as people do: choose from the suggestions shown, fill in the modal shown, use the buttons and selects of the message shown.
 */
export class Patrons {
  readonly #setting: PatronSetting;
  readonly #usable = new UsableMessages(rememberedMessages);

  constructor(setting: PatronSetting) {
    this.#setting = setting;
  }

  /** Runs any of the commands of one type. False when there is none, or none that would be offered to this member. */
  command(scene: Scene, type: ApplicationCommandType): boolean {
    const commands = this.#commands(scene).filter((command) => command.type === type);
    if (commands.length === 0) return false;
    const command = this.#setting.random.pick(commands);
    return offered(() => {
      switch (type) {
        case ApplicationCommandType.ChatInput:
          return this.#slash(scene, command);
        case ApplicationCommandType.User:
          return this.#userMenu(scene, command);
        case ApplicationCommandType.Message:
          return this.#messageMenu(scene, command);
        default:
          return false;
      }
    });
  }

  /** Presses a button or picks in a select, of a message that a member sees. False when there is none. */
  component(applicationId: string): boolean {
    const { random, world } = this.#setting;
    const candidates = this.#usable.messages.filter(({ guildId }) => world.hasGuild(guildId));
    if (candidates.length === 0) return false;
    const { guildId, message, onlyUserId } = random.pick(candidates);
    const guild = world.guild(guildId);
    const people = guild.members.filter(({ user }) => user.bot !== true && (onlyUserId ?? user.id) === user.id);
    const component = random.pick(usableComponents(message));
    const isUsed =
      people.length > 0 &&
      offered(() => this.#use({ applicationId, guild, member: random.pick(people) }, { message, component }));
    // It was deleted or changed meanwhile, or the only member who saw it has left.
    if (!isUsed) this.#usable.forget(message.id);
    return isUsed;
  }

  #slash(scene: Scene, command: Command): boolean {
    const { random, interactions } = this.#setting;
    const entry = commandEntry(command, { random, guild: scene.guild });
    if (entry === undefined) return false;
    const [focused] = entry.completed;
    if (focused === undefined) {
      this.#runSlash(scene, entry);
      return true;
    }
    const { name, options } = entry;
    const suggestions = interactions.autocomplete({ ...place(scene), name, options, focused });
    this.#setting.follow(suggestions, ({ choices }) => {
      if (choices === null || choices.length === 0) return;
      options[focused] = random.pick(choices).value;
      this.#next(() => this.#runSlash(scene, entry));
    });
    return true;
  }

  #runSlash(scene: Scene, { name, options }: CommandEntry): void {
    this.#react(scene, this.#setting.interactions.slash({ ...place(scene), name, options }));
  }

  #userMenu(scene: Scene, { name }: Command): boolean {
    const { random, interactions } = this.#setting;
    const targetId = random.pick(scene.guild.members).user.id;
    this.#react(scene, interactions.userMenu({ ...place(scene), name, targetId }));
    return true;
  }

  #messageMenu(scene: Scene, { name }: Command): boolean {
    const { random, interactions, world } = this.#setting;
    const channelId = scene.guild.channelNamed('general').id;
    const messages = world.conversations.inChannel(channelId);
    if (messages.length === 0) return false;
    const targetId = random.pick(messages).id;
    this.#react(scene, interactions.messageMenu({ ...place(scene), channelId, name, targetId }));
    return true;
  }

  #use(scene: Scene, { message, component }: { message: UsableMessage['message']; component: Component }): boolean {
    const { random, interactions } = this.#setting;
    const { id: messageId, channel_id: channelId } = message;
    const use = { ...place(scene), channelId, messageId, customId: component.custom_id ?? '' };
    const handle =
      component.type === ComponentType.Button
        ? interactions.button(use)
        : interactions.select({ ...use, values: selectEntry(component, random) });
    this.#react(scene, handle);
    return true;
  }

  /** What the member does about the answer: remembers what there is to use, fills in what there is to fill in. */
  #react(scene: Scene, handle: InteractionHandle): void {
    const { follow, interactions, random } = this.#setting;
    const { user } = scene.member;
    follow(handle, ({ messages, modal }) => {
      for (const message of messages) this.#usable.notice(scene.guild.id, user.id, message);
      if (modal === null) return;
      this.#next(() => {
        const submission = { customId: modal.custom_id, fields: modalEntry(modal, random) };
        this.#react(scene, interactions.modalSubmit({ ...place(scene), channelId: handle.channelId, ...submission }));
      });
    });
  }

  #next(deed: () => void): void {
    this.#setting.next(() => {
      offered(() => {
        deed();
        return true;
      });
    });
  }

  #commands({ applicationId, guild }: Scene): Command[] {
    const { commands } = this.#setting.world;
    return [...commands.list({ applicationId }), ...commands.list({ applicationId, guildId: guild.id })];
  }
}

function place({ applicationId, guild, member }: Scene) {
  return { applicationId, guildId: guild.id, userId: member.user.id };
}

/** Whether Discord's client offered what a member wanted to do; false also when somebody or something is gone meanwhile. */
function offered(deed: () => boolean): boolean {
  try {
    return deed();
  } catch (error) {
    if (error instanceof InteractionRefusedError || error instanceof UnknownEntityError) return false;
    throw error;
  }
}
