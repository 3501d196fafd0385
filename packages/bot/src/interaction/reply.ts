import { MessageFlags, type APIInteractionResponseCallbackData, type APIMessage } from 'discord-api-types/v10';
import type { FileUpload } from '@arrakis/discord-rest';
import type { Defer } from './deferral.ts';

/** A message in Discord's own terms. Nobody is notified unless `allowed_mentions` says so. */
export interface Message extends Pick<
  APIInteractionResponseCallbackData,
  'content' | 'embeds' | 'components' | 'allowed_mentions' | 'flags' | 'attachments'
> {
  /**
   * Files to attach, 10 at most; embeds and components show one as `attachment://<name>`. When a message is changed they take
   * the place of those that are there, unless `attachments` says what stays: it then names these and the new ones.
   */
  readonly files?: readonly FileUpload[];
}

/** What of a message is sent as JSON. */
export type MessageFields = Omit<Message, 'files'>;

/** A message as a reply. */
export type Reply = Message & {
  /** Only whoever caused the interaction sees it. */
  readonly ephemeral?: boolean;
};

/** A message whose readers were decided with the deferral. */
export type DeferredReply = Message & { readonly ephemeral?: never };

/** The body that Discord takes for a reply. */
export function replyBody({ ephemeral = false, ...message }: Reply): Message {
  return ephemeral ? { ...message, flags: (message.flags ?? 0) | MessageFlags.Ephemeral } : message;
}

/** The body that Discord takes for an edit: who sees a message was decided when it was made. */
export function editBody(message: Message): Message {
  return message.flags === undefined ? message : { ...message, flags: message.flags & ~MessageFlags.Ephemeral };
}

/** What of a message is JSON, and its files. */
export function partsOf({ files, ...body }: Message): {
  body: MessageFields;
  files: readonly FileUpload[] | undefined;
} {
  return { body, files };
}

/** What a handler may return as its answer, by how it is deferred: who sees it has been decided with the deferral. */
export interface AnswerOf {
  readonly none: Reply;
  readonly public: DeferredReply;
  readonly ephemeral: DeferredReply;
  readonly update: DeferredReply;
}

/**
 * What a handler returns: its answer; or, when it has answered through its context, nothing or the message that it has sent,
 * as `run: (ctx) => ctx.edit({ content: 'done' })` does.
 */
export type Returned<D extends Defer> = AnswerOf[D] | APIMessage | undefined | void;

/** Whether Discord has it already, since it has given it an id: such a message is no answer yet to be sent. */
export function isSent(message: object): boolean {
  return 'id' in message;
}
