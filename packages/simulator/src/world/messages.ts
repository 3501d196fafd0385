import type { Message } from './message.ts';

/** The newest messages of all channels; the oldest are forgotten beyond the capacity. */
export class MessageStore {
  readonly #messages = new Map<string, Message>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  put(message: Message): void {
    this.#messages.set(message.id, message);
    if (this.#messages.size <= this.#capacity) return;
    const oldest = this.#messages.keys().next();
    if (!oldest.done) this.#messages.delete(oldest.value);
  }

  get(channelId: string, messageId: string): Message | undefined {
    const message = this.#messages.get(messageId);
    return message?.channel_id === channelId ? message : undefined;
  }

  delete(messageId: string): void {
    this.#messages.delete(messageId);
  }

  /** Oldest first. */
  inChannel(channelId: string): Message[] {
    return [...this.#messages.values()].filter((message) => message.channel_id === channelId);
  }
}
