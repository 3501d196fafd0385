import type { Message } from './message.ts';

/** The newest messages of all channels; the oldest are forgotten beyond the capacity. */
export class MessageStore {
  readonly #capacity: number;
  /** oldest first, whatever their channel */
  readonly #messages = new Map<string, Message>();
  /** by channel, oldest first */
  readonly #channels = new Map<string, Map<string, Message>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds a message, or replaces it in its place. */
  put(message: Message): void {
    this.#messages.set(message.id, message);
    const channel = this.#channels.get(message.channel_id) ?? new Map<string, Message>();
    channel.set(message.id, message);
    this.#channels.set(message.channel_id, channel);
    if (this.#messages.size <= this.#capacity) return;
    const oldest = this.#messages.keys().next();
    if (!oldest.done) this.delete(oldest.value);
  }

  get(messageId: string): Message | undefined {
    return this.#messages.get(messageId);
  }

  delete(messageId: string): void {
    const channelId = this.#messages.get(messageId)?.channel_id ?? '';
    this.#messages.delete(messageId);
    const channel = this.#channels.get(channelId);
    channel?.delete(messageId);
    if (channel?.size === 0) this.#channels.delete(channelId);
  }

  /** Oldest first. */
  inChannel(channelId: string): Message[] {
    return [...(this.#channels.get(channelId)?.values() ?? [])];
  }
}
