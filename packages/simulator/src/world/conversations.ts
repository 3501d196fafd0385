import { ChannelType } from 'discord-api-types/v10';
import { MessageStore } from './message-store.ts';
import { editedMessage, newMessage } from './message.ts';
import type { Message, MessageContent, MessageDraft } from './message.ts';
import { UnknownEntityError } from './unknown-entity.ts';

/** A private channel between two users. */
export interface DirectChannel {
  id: string;
  type: ChannelType.DM;
  userIds: readonly [string, string];
  lastMessageId: string | null;
}

/** What conversations need of the world around them. */
export interface ConversationSetting {
  now(): number;
  nextId(): string;
  /** sends an event to the bots that can see the channel */
  announce(channelId: string, type: string, data: Record<string, unknown>): void;
  /** what the gateway adds to a message: the guild, the author as a member, the channel's type */
  gatewayFields(message: Message): Record<string, unknown>;
  noteLastMessage(channelId: string, messageId: string): void;
}

/** Messages of all channels, and the private channels. */
export class Conversations {
  readonly #setting: ConversationSetting;
  readonly #store: MessageStore;
  readonly #directChannels = new Map<string, DirectChannel>();
  readonly #directChannelByUsers = new Map<string, string>();

  constructor(setting: ConversationSetting, capacity: number) {
    this.#setting = setting;
    this.#store = new MessageStore(capacity);
  }

  /** Posts a message; the bots that can see the channel receive MESSAGE_CREATE. */
  post(draft: MessageDraft): Message {
    const message = newMessage(this.#setting.nextId(), this.#setting.now(), draft);
    this.#store.put(message);
    const direct = this.#directChannels.get(draft.channelId);
    if (direct === undefined) this.#setting.noteLastMessage(draft.channelId, message.id);
    else this.#directChannels.set(direct.id, { ...direct, lastMessageId: message.id });
    this.#announce('MESSAGE_CREATE', message);
    return message;
  }

  /** Edits a message (MESSAGE_UPDATE). Throws an UnknownEntityError. */
  edit(channelId: string, messageId: string, changes: MessageContent): Message {
    const edited = editedMessage(this.get(channelId, messageId), changes, this.#setting.now());
    this.#store.put(edited);
    this.#announce('MESSAGE_UPDATE', edited);
    return edited;
  }

  /** Deletes a message (MESSAGE_DELETE). Throws an UnknownEntityError. */
  delete(channelId: string, messageId: string): void {
    const message = this.get(channelId, messageId);
    this.#store.delete(messageId);
    const { guild_id: guildId } = this.#setting.gatewayFields(message);
    this.#setting.announce(channelId, 'MESSAGE_DELETE', {
      id: messageId,
      channel_id: channelId,
      ...(guildId === undefined ? {} : { guild_id: guildId }),
    });
  }

  find(channelId: string, messageId: string): Message | undefined {
    const message = this.#store.get(messageId);
    return message?.channel_id === channelId ? message : undefined;
  }

  /** Throws an UnknownEntityError. */
  get(channelId: string, messageId: string): Message {
    const message = this.find(channelId, messageId);
    if (message === undefined) throw new UnknownEntityError('message', messageId);
    return message;
  }

  /** The channel's messages, oldest first. */
  inChannel(channelId: string): Message[] {
    return this.#store.inChannel(channelId);
  }

  /** The private channel of two users, opened when there is none yet. */
  directChannel(oneUserId: string, otherUserId: string): DirectChannel {
    const users = [oneUserId, otherUserId].toSorted().join();
    const known = this.#directChannels.get(this.#directChannelByUsers.get(users) ?? '');
    if (known !== undefined) return known;
    const opened: DirectChannel = {
      id: this.#setting.nextId(),
      type: ChannelType.DM,
      userIds: [oneUserId, otherUserId],
      lastMessageId: null,
    };
    this.#directChannels.set(opened.id, opened);
    this.#directChannelByUsers.set(users, opened.id);
    return opened;
  }

  directChannelById(channelId: string): DirectChannel | undefined {
    return this.#directChannels.get(channelId);
  }

  #announce(type: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: Message): void {
    this.#setting.announce(message.channel_id, type, {
      ...message,
      ...this.#setting.gatewayFields(message),
    });
  }
}
