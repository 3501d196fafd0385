/** Where the message of a nonce is. */
interface NoncedMessage {
  channelId: string;
  messageId: string;
}

interface Entry extends NoncedMessage {
  atMs: number;
}

/** docs: Create Message, enforce_nonce: "in the past few minutes" */
const memoryMs = 5 * 60_000;
const capacity = 20_000;

/** The nonces with which authors have posted lately. */
export class RecentNonces {
  readonly #entries = new Map<string, Entry>();

  find(authorId: string, nonce: string | number | undefined): NoncedMessage | undefined {
    if (nonce === undefined) return undefined;
    const entry = this.#entries.get(`${authorId}/${nonce}`);
    return entry !== undefined && performance.now() - entry.atMs <= memoryMs ? entry : undefined;
  }

  note(authorId: string, nonce: string | number | undefined, message: NoncedMessage): void {
    if (nonce === undefined) return;
    this.#entries.set(`${authorId}/${nonce}`, { ...message, atMs: performance.now() });
    if (this.#entries.size <= capacity) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
