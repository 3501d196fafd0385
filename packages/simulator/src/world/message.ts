import { MessageFlags, MessageType } from 'discord-api-types/v10';
import type { APIAttachment, APIUser } from 'discord-api-types/v10';
import type { Component } from './component.ts';
import { storedComponents } from './stored-components.ts';
import { timestamp } from './timestamp.ts';

export interface Embed {
  title?: string | undefined;
  description?: string | undefined;
  timestamp?: string | undefined;
  fields?: EmbedField[] | undefined;
  [field: string]: unknown;
}

export interface EmbedField {
  name: string;
  value: string;
  inline?: boolean | undefined;
}

/** What caused a message (docs: Message Interaction Metadata Object). */
export interface InteractionMetadata {
  id: string;
  type: number;
  user: APIUser;
  authorizing_integration_owners: Record<string, string>;
  [field: string]: unknown;
}

/** A message as REST returns it. */
export interface Message {
  id: string;
  channel_id: string;
  type: MessageType;
  author: APIUser;
  content: string;
  timestamp: string;
  edited_timestamp: string | null;
  tts: boolean;
  pinned: boolean;
  mention_everyone: boolean;
  mentions: APIUser[];
  mention_roles: string[];
  attachments: APIAttachment[];
  embeds: Embed[];
  components: Component[];
  flags: number;
  nonce?: string | number;
  application_id?: string;
  webhook_id?: string;
  interaction_metadata?: InteractionMetadata;
  message_reference?: { type: number; message_id: string; channel_id: string; guild_id?: string };
  referenced_message?: Message | null;
}

/** The part of a message that its author chooses. */
export interface MessageContent {
  content?: string;
  embeds?: Embed[];
  components?: Component[];
  attachments?: APIAttachment[];
  flags?: number;
  tts?: boolean;
  mentions?: Mentions;
}

/** Whom a message notifies. */
export interface Mentions {
  users: APIUser[];
  roleIds: string[];
  everyone: boolean;
}

export interface MessageDraft extends MessageContent {
  channelId: string;
  author: APIUser;
  type?: MessageType;
  nonce?: string | number;
  applicationId?: string;
  interactionMetadata?: InteractionMetadata;
  reference?: Message;
}

export function newMessage(id: string, timeMs: number, draft: MessageDraft): Message {
  const message: Message = {
    id,
    channel_id: draft.channelId,
    type: draft.type ?? (draft.reference === undefined ? MessageType.Default : MessageType.Reply),
    author: draft.author,
    content: draft.content ?? '',
    timestamp: timestamp(timeMs),
    edited_timestamp: null,
    tts: draft.tts ?? false,
    pinned: false,
    mention_everyone: draft.mentions?.everyone ?? false,
    mentions: draft.mentions?.users ?? [],
    mention_roles: draft.mentions?.roleIds ?? [],
    attachments: draft.attachments ?? [],
    embeds: richEmbeds(draft.embeds),
    components: storedComponents(draft.components ?? [], { id, attachments: draft.attachments ?? [] }),
    flags: draft.flags ?? 0,
  };
  if (draft.nonce !== undefined) message.nonce = draft.nonce;
  if (draft.interactionMetadata !== undefined) message.interaction_metadata = draft.interactionMetadata;
  if (draft.applicationId !== undefined) {
    message.application_id = draft.applicationId;
    message.webhook_id = draft.applicationId;
  }
  if (draft.reference !== undefined) {
    message.message_reference = {
      type: 0,
      message_id: draft.reference.id,
      channel_id: draft.reference.channel_id,
    };
    message.referenced_message = draft.reference;
  }
  return message;
}

/** The message after an edit; what `changes` does not name stays (docs: Edit Message). */
export function editedMessage(message: Message, changes: MessageContent, timeMs: number): Message {
  return {
    ...message,
    content: changes.content ?? message.content,
    embeds: changes.embeds === undefined ? message.embeds : richEmbeds(changes.embeds),
    components:
      changes.components === undefined
        ? message.components
        : storedComponents(changes.components, {
            id: message.id,
            attachments: changes.attachments ?? message.attachments,
          }),
    attachments: changes.attachments ?? message.attachments,
    flags: changes.flags ?? message.flags,
    mentions: changes.mentions?.users ?? message.mentions,
    mention_roles: changes.mentions?.roleIds ?? message.mention_roles,
    mention_everyone: changes.mentions?.everyone ?? message.mention_everyone,
    edited_timestamp: timestamp(timeMs),
  };
}

export function isEphemeral(message: { flags?: number }): boolean {
  return ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
}

function richEmbeds(embeds: readonly Embed[] = []): Embed[] {
  return embeds.map(({ fields, timestamp: time, ...embed }) => ({
    type: 'rich',
    ...embed,
    ...(time !== undefined && { timestamp: timestamp(Date.parse(time)) }),
    ...(fields !== undefined && { fields: fields.map((field) => ({ inline: false, ...field })) }),
  }));
}
