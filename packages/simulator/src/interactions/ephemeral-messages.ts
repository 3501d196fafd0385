import type { Message } from '../world/message.ts';

/** Messages that one member sees; the oldest are forgotten beyond the capacity, as Discord's client forgets them on a restart. */
export class EphemeralMessages {
  readonly #capacity: number;
  /** oldest first */
  readonly #entries = new Map<string, { message: Message; viewerId: string }>();
  readonly #idsByViewer = new Map<string, Set<string>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds a message, or replaces it in its place. */
  put(message: Message, viewerId: string): void {
    this.#entries.set(message.id, { message, viewerId });
    const ids = this.#idsByViewer.get(viewerId) ?? new Set<string>();
    this.#idsByViewer.set(viewerId, ids.add(message.id));
    if (this.#entries.size <= this.#capacity) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.delete(oldest.value);
  }

  get(messageId: string): { message: Message; viewerId: string } | undefined {
    return this.#entries.get(messageId);
  }

  /** Whether there was such a message. */
  delete(messageId: string): boolean {
    const viewerId = this.#entries.get(messageId)?.viewerId ?? '';
    const ids = this.#idsByViewer.get(viewerId);
    ids?.delete(messageId);
    if (ids?.size === 0) this.#idsByViewer.delete(viewerId);
    return this.#entries.delete(messageId);
  }

  /** Oldest first. */
  of(viewerId: string): Message[] {
    return [...(this.#idsByViewer.get(viewerId) ?? [])].flatMap((id) => this.#entries.get(id)?.message ?? []);
  }
}
