import type { Interaction, InteractionKind, InteractionState, RecordedCallback } from './interaction.ts';
import type { View } from './view.ts';

export interface WaitOptions {
  /** default 10,000 */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Thrown while waiting for an answer that can no longer come: Discord has told the member that the application did not respond. */
export class InteractionFailedError extends Error {
  constructor(interaction: Interaction) {
    super(`The application did not respond to ${interaction.identity.kind} interaction ${interaction.id}`);
    this.name = 'InteractionFailedError';
  }
}

const defaultTimeoutMs = 10_000;

/** What a test holds of an interaction that it has created. */
export class InteractionHandle {
  readonly #interaction: Interaction;
  readonly #seenBy: (userId: string) => View;

  constructor(interaction: Interaction, seenBy: (userId: string) => View) {
    this.#interaction = interaction;
    this.#seenBy = seenBy;
  }

  get id(): string {
    return this.#interaction.id;
  }

  get token(): string {
    return this.#interaction.identity.token;
  }

  get kind(): InteractionKind {
    return this.#interaction.identity.kind;
  }

  get applicationId(): string {
    return this.#interaction.identity.applicationId;
  }

  /** The member who runs the command or uses the component. */
  get userId(): string {
    return this.#interaction.identity.userId;
  }

  get channelId(): string {
    return this.#interaction.identity.channelId;
  }

  /** `performance.now()` of the simulator's process when the interaction was dispatched. */
  get dispatchedAtMs(): number {
    return this.#interaction.dispatchedAtMs;
  }

  state(): InteractionState {
    return this.#interaction.state;
  }

  /** The callback, if it has come. */
  callback(): RecordedCallback | undefined {
    return this.#interaction.callback;
  }

  /** The follow-ups that have been posted, oldest first. */
  followUpIds(): readonly string[] {
    return [...this.#interaction.followUpIds];
  }

  /** Waits for the callback. Throws an InteractionFailedError, or a TimeoutError (DOMException). */
  async answered(options: WaitOptions = {}): Promise<RecordedCallback> {
    return this.#wait(() => this.#interaction.callback, 'a callback', options);
  }

  /**
   * Waits until the member sees something: a message, an update, a modal, choices. `atMs` counts from the dispatch. Throws an
   * InteractionFailedError, or a TimeoutError (DOMException).
   */
  async settled(options: WaitOptions = {}): Promise<View & { atMs: number }> {
    const atMs = await this.#wait(() => this.#interaction.settledAtMs, 'something to see', options);
    return { ...this.seenBy(this.userId), atMs };
  }

  /** What this member sees of the interaction now. */
  seenBy(userId: string): View {
    return this.#seenBy(userId);
  }

  async #wait<Result>(look: () => Result | undefined, what: string, options: WaitOptions): Promise<Result> {
    const interaction = this.#interaction;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const check = (): void => {
      const result = look();
      if (result !== undefined) resolve(result);
      else if (interaction.state === 'failed') reject(new InteractionFailedError(interaction));
    };
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    const timer = setTimeout(() => {
      const message = `${this.kind} interaction ${this.id}: no sign of ${what} within ${timeoutMs} ms`;
      reject(new DOMException(message, 'TimeoutError'));
    }, timeoutMs);
    const onAbort = (): void => reject(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort);
    const unwatch = interaction.watch(check);
    try {
      options.signal?.throwIfAborted();
      check();
      return await promise;
    } finally {
      clearTimeout(timer);
      unwatch();
      options.signal?.removeEventListener('abort', onAbort);
    }
  }
}
