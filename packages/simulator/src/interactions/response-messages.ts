import { compareSnowflakes } from '../world/snowflake.ts';
import { editedMessage, isEphemeral, newMessage } from '../world/message.ts';
import type { Message, MessageContent, MessageDraft } from '../world/message.ts';
import { EphemeralMessages } from './ephemeral-messages.ts';
import { UnknownEntityError } from '../world/unknown-entity.ts';
import type { World } from '../world/world.ts';

const ephemeralCapacity = 20_000;

/**
 * The messages that interactions lead to: public ones are in their channel for everybody, ephemeral ones only here and for one
 * member, and no gateway event tells of them.
 */
export class ResponseMessages {
  readonly #world: World;
  readonly #ephemeral = new EphemeralMessages(ephemeralCapacity);

  constructor(world: World) {
    this.#world = world;
  }

  /** Posts a message; an ephemeral one for `viewerId` alone. */
  post(draft: MessageDraft, viewerId: string): Message {
    if (!isEphemeral(draft)) return this.#world.conversations.post(draft);
    const message = newMessage(this.#world.nextId(), this.#world.now(), draft);
    this.#ephemeral.put(message, viewerId);
    return message;
  }

  find(channelId: string, messageId: string): Message | undefined {
    const ephemeral = this.#ephemeral.get(messageId);
    if (ephemeral !== undefined) return ephemeral.message.channel_id === channelId ? ephemeral.message : undefined;
    return this.#world.conversations.find(channelId, messageId);
  }

  /** Throws an UnknownEntityError. */
  edit(channelId: string, messageId: string, changes: MessageContent): Message {
    const ephemeral = this.#ephemeral.get(messageId);
    if (ephemeral === undefined) return this.#world.conversations.edit(channelId, messageId, changes);
    const message = editedMessage(ephemeral.message, changes, this.#world.now());
    this.#ephemeral.put(message, ephemeral.viewerId);
    return message;
  }

  /** Throws an UnknownEntityError. */
  delete(channelId: string, messageId: string): void {
    if (this.find(channelId, messageId) === undefined) throw new UnknownEntityError('message', messageId);
    if (!this.#ephemeral.delete(messageId)) this.#world.conversations.delete(channelId, messageId);
  }

  isVisibleTo(messageId: string, userId: string): boolean {
    const ephemeral = this.#ephemeral.get(messageId);
    return ephemeral === undefined || ephemeral.viewerId === userId;
  }

  /** What the member could scroll through in a channel, newest first. */
  visibleIn(channelId: string, userId: string): Message[] {
    const own = this.#ephemeral.of(userId).filter((message) => message.channel_id === channelId);
    const shared = this.#world.conversations.inChannel(channelId);
    if (own.length === 0) return shared.toReversed();
    return [...shared, ...own].toSorted((one, other) => compareSnowflakes(other.id, one.id));
  }
}
