import type { APIMessage, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import type { DiscordRest } from '@arrakis/discord-rest';
import type { Gateway } from '../gateway/gateway.ts';
import type { Text } from '../localisation/texts.ts';
import type { SettingsOf } from '../registry/module-settings.ts';
import type { BotState } from '../state/bot-state.ts';
import type { InteractionFacts } from './interaction.ts';
import type { Log } from './log.ts';
import type { DeferredReply, Message, Reply } from './reply.ts';

/** What every handler has at hand. */
export interface BaseContext {
  /** Id of the event: the interaction's own, or the dispatch's. */
  readonly id: string;
  readonly guildId: string | undefined;
  /** Until when the handler is of use, in ms since the epoch. */
  readonly deadline: number;
  /** Aborted when the handler's time is over, or the process has to stop. */
  readonly signal: AbortSignal;
  readonly rest: DiscordRest;
  /** Commands to the gateway: presence, voice, members of a guild. */
  readonly gateway: Gateway;
  /** What handlers share over the whole fleet: sessions, limits, what is known of guilds. */
  readonly state: BotState;
  /** Every line tells of which event it is, by its id and trace. */
  readonly log: Log;
  /** What the settings of a module are in this process. */
  readonly settings: SettingsOf;
  /** A nonce for a message of this event, the same at every delivery; `purpose` tells several apart. */
  nonce(purpose?: string): string;
}

/** What the handler of an interaction has at hand beside answering. Its deadline moves with the acknowledgement. */
export interface AskedContext extends BaseContext, InteractionFacts {
  readonly id: string;
  readonly guildId: string | undefined;
  /** The text in the language of whoever asks. */
  t(text: Text): string;
  /** Shows in the channel that the bot is typing, for ten seconds or until it has written. */
  showTyping(): Promise<void>;
}

/** What guards have found out. */
export interface Extended<Extension extends object> {
  readonly ext: Extension;
}

/** Answering with messages. */
export interface Replying<Answer extends Message> {
  /**
   * The answer, given once.
   * @throws {ResponseStateError} when there is one already.
   * @throws {DiscordRestError}
   */
  reply(answer: Answer): Promise<void>;
  /** Changes the answer. */
  edit(message: Message): Promise<APIMessage>;
  /**
   * A further message. After a deferral that shows "thinking" the first one takes its place, and is seen by whom that is
   * for; it fails when it is `ephemeral` and the deferral is not. A lost answer of Discord makes a later one fail, never
   * appear twice.
   */
  followUp(reply: Reply): Promise<APIMessage>;
  /** Takes the answer back. */
  delete(): Promise<void>;
}

/** Answering with a modal: possible only as the first response. */
export interface OpeningModals {
  /** Opens a modal; see `open` of what {@link modal} returns. */
  modal(modal: APIModalInteractionResponseCallbackData): Promise<void>;
}

/** Answering by changing the message that the component is on. */
export interface Updating {
  update(message: Message): Promise<void>;
}

/** A component is on a message. */
export interface OnMessage {
  readonly message: APIMessage | undefined;
}

/** The context of a command, by how it is deferred. */
export interface CommandContexts {
  readonly none: AskedContext & Replying<Reply> & OpeningModals;
  readonly public: AskedContext & Replying<DeferredReply>;
  readonly ephemeral: AskedContext & Replying<DeferredReply>;
}

type Updated = Updating & Pick<Replying<DeferredReply>, 'edit' | 'followUp' | 'delete'>;

/** The context of a button or select, by how it is deferred. */
export interface ComponentContexts {
  readonly none: AskedContext & OnMessage & Replying<Reply> & Updating & OpeningModals;
  readonly public: AskedContext & OnMessage & Replying<DeferredReply>;
  readonly ephemeral: AskedContext & OnMessage & Replying<DeferredReply>;
  readonly update: AskedContext & OnMessage & Updated;
}

/** The context of a submitted modal, by how it is deferred: a modal cannot follow a modal. */
export interface ModalContexts {
  readonly none: AskedContext & OnMessage & Replying<Reply> & Updating;
  readonly public: AskedContext & OnMessage & Replying<DeferredReply>;
  readonly ephemeral: AskedContext & OnMessage & Replying<DeferredReply>;
  readonly update: AskedContext & OnMessage & Updated;
}

/** What the handler of an event that is no interaction has at hand. */
export interface EventContext extends BaseContext {
  /** Event type: `member.join`. */
  readonly type: string;
  /** The user it is about or who caused it, where Discord names one. */
  readonly userId: string | undefined;
  /** When it was received from Discord, in ms since the epoch. */
  readonly receivedAt: number;
  /** 1 for the first time. */
  readonly attempt: number;
  /**
   * A number that is higher at every further time this event is begun. Stored beside what the handler writes, it keeps
   * one that was held up for long from overwriting its successor. Undefined when it is run without a claim.
   */
  readonly fence: number | undefined;
}
