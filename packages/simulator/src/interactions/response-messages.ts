import { editedMessage, isEphemeral, newMessage } from '../world/message.ts';
import type { Message, MessageContent, MessageDraft } from '../world/message.ts';
import { UnknownEntityError } from '../world/unknown-entity.ts';
import type { World } from '../world/world.ts';

interface EphemeralMessage {
  message: Message;
  viewerId: string;
}

/** ephemeral messages kept; the oldest are forgotten, as Discord's client forgets them on a restart */
const ephemeralCapacity = 20_000;

/**
 * The messages that interactions lead to: public ones are in their channel for everybody, ephemeral ones only here and for one
 * member, and no gateway event tells of them.
 */
export class ResponseMessages {
  readonly #world: World;
  readonly #ephemeral = new Map<string, EphemeralMessage>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Posts a message; an ephemeral one for `viewerId` alone. */
  post(draft: MessageDraft, viewerId: string): Message {
    if (!isEphemeral(draft)) return this.#world.conversations.post(draft);
    const message = newMessage(this.#world.nextId(), this.#world.now(), draft);
    this.#ephemeral.set(message.id, { message, viewerId });
    if (this.#ephemeral.size > ephemeralCapacity) {
      const oldest = this.#ephemeral.keys().next();
      if (!oldest.done) this.#ephemeral.delete(oldest.value);
    }
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
    this.#ephemeral.set(messageId, { ...ephemeral, message });
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
    const own = [...this.#ephemeral.values()]
      .filter((entry) => entry.viewerId === userId && entry.message.channel_id === channelId)
      .map((entry) => entry.message);
    const messages = [...this.#world.conversations.inChannel(channelId), ...own];
    return messages.toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
  }
}
