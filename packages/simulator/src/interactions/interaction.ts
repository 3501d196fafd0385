import { InteractionType } from 'discord-api-types/v10';
import type { AutocompleteChoice, CallbackType, Modal } from '../forms/callback.ts';
import type { InteractionMetadata, Message } from '../world/message.ts';

export type InteractionKind = 'slash' | 'userMenu' | 'messageMenu' | 'component' | 'modal' | 'autocomplete';

/**
 * pending: no callback yet, and the deadline has not passed.
 * deferred: acknowledged (callback type 5 or 6), nothing shown since.
 * answered: something is shown: a message, an update, a modal, choices.
 * failed: the deadline passed without a callback, or the token ended before a deferral was followed by anything.
 */
export type InteractionState = 'pending' | 'deferred' | 'answered' | 'failed';

export interface InteractionIdentity {
  id: string;
  token: string;
  kind: InteractionKind;
  applicationId: string;
  guildId: string | null;
  channelId: string;
  userId: string;
  metadata: InteractionMetadata;
  /** the message with the component that was used, or with the one that opened the modal */
  source?: Message;
  /** with a modal's fields: the interaction that opened it */
  openedBy?: Interaction;
}

/** The callback as it arrived. */
export interface RecordedCallback {
  callbackType: CallbackType;
  /** milliseconds since the interaction was dispatched */
  atMs: number;
  /** `data` of the callback's body */
  data: unknown;
}

/** One interaction and what has become of it. */
export class Interaction {
  readonly identity: InteractionIdentity;
  /** `performance.now()` when it was dispatched */
  readonly dispatchedAtMs: number;
  state: InteractionState = 'pending';
  callback: RecordedCallback | undefined;
  /** milliseconds since the dispatch until the first thing was shown */
  settledAtMs: number | undefined;
  /** the message that `@original` stands for; absent as long as there is none, null once it has been deleted */
  originalId: string | null | undefined;
  /** whether `@original` is the message that the component is on */
  updatesSource = false;
  readonly followUpIds: string[] = [];
  modal: Modal | undefined;
  choices: AutocompleteChoice[] | undefined;
  timer: NodeJS.Timeout | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(identity: InteractionIdentity, dispatchedAtMs: number) {
    this.identity = identity;
    this.dispatchedAtMs = dispatchedAtMs;
  }

  get id(): string {
    return this.identity.id;
  }

  get type(): InteractionType {
    switch (this.identity.kind) {
      case 'component':
        return InteractionType.MessageComponent;
      case 'modal':
        return InteractionType.ModalSubmit;
      case 'autocomplete':
        return InteractionType.ApplicationCommandAutocomplete;
      case 'slash':
      case 'userMenu':
      case 'messageMenu':
        return InteractionType.ApplicationCommand;
    }
  }

  elapsedMs(): number {
    return performance.now() - this.dispatchedAtMs;
  }

  /** Moves on to a later state, and tells those who watch. */
  advance(state: Exclude<InteractionState, 'pending'>): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.state = state;
    if (state === 'answered') this.settledAtMs ??= this.elapsedMs();
    for (const watcher of this.#watchers) watcher();
  }

  /** Calls `watcher` on every change until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
