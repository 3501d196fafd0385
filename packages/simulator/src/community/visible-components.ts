import { ButtonStyle, ComponentType, MessageFlags } from 'discord-api-types/v10';
import { walkComponents } from '../world/component.ts';
import type { Component } from '../world/component.ts';
import type { Message } from '../world/message.ts';

/** A message of the bot with something to press or to pick. */
export interface UsableMessage {
  readonly guildId: string;
  readonly message: Message;
  /** the only member who sees it; null: everybody in the channel does */
  readonly onlyUserId: string | null;
}

/** The components of a message that a member of the community knows how to use. */
export function usableComponents(message: Message): Component[] {
  return [...walkComponents(message.components)].filter(
    ({ type, style, custom_id, disabled }) =>
      custom_id !== undefined &&
      disabled !== true &&
      (type === ComponentType.StringSelect || (type === ComponentType.Button && style !== ButtonStyle.Link)),
  );
}

/** The newest messages with components, as many as a community would still look at. */
export class UsableMessages {
  readonly #capacity: number;
  #messages: UsableMessage[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get messages(): readonly UsableMessage[] {
    return this.#messages;
  }

  /** Remembers a message that `userId` has been shown, if there is something to use on it; a newer version replaces an older. */
  notice(guildId: string, userId: string, message: Message): void {
    this.forget(message.id);
    if (usableComponents(message).length === 0) return;
    const isEphemeral = (message.flags & MessageFlags.Ephemeral) !== 0;
    this.#messages.push({ guildId, message, onlyUserId: isEphemeral ? userId : null });
    if (this.#messages.length > this.#capacity) this.#messages.shift();
  }

  forget(messageId: string): void {
    this.#messages = this.#messages.filter(({ message }) => message.id !== messageId);
  }
}
