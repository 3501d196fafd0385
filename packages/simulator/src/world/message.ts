import { MessageFlags, MessageType } from "discord-api-types/v10";
import type { APIAttachment, APIUser } from "discord-api-types/v10";
import { timestamp } from "./timestamp.ts";

/** A message component; which fields there are follows from `type` (docs: Component Reference). */
export interface Component {
  type: number;
  id?: number | undefined;
  custom_id?: string | undefined;
  label?: string | undefined;
  style?: number | undefined;
  url?: string | undefined;
  content?: string | undefined;
  disabled?: boolean | undefined;
  components?: Component[] | undefined;
  component?: Component | undefined;
  accessory?: Component | undefined;
  [field: string]: unknown;
}

export interface Embed {
  title?: string | undefined;
  description?: string | undefined;
  [field: string]: unknown;
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
    content: draft.content ?? "",
    timestamp: timestamp(timeMs),
    edited_timestamp: null,
    tts: draft.tts ?? false,
    pinned: false,
    mention_everyone: draft.mentions?.everyone ?? false,
    mentions: draft.mentions?.users ?? [],
    mention_roles: draft.mentions?.roleIds ?? [],
    attachments: draft.attachments ?? [],
    embeds: richEmbeds(draft.embeds),
    components: numberComponents(draft.components ?? []),
    flags: draft.flags ?? 0,
  };
  if (draft.nonce !== undefined) message.nonce = draft.nonce;
  if (draft.interactionMetadata !== undefined)
    message.interaction_metadata = draft.interactionMetadata;
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
      changes.components === undefined ? message.components : numberComponents(changes.components),
    attachments: changes.attachments ?? message.attachments,
    flags: changes.flags ?? message.flags,
    mentions: changes.mentions?.users ?? message.mentions,
    mention_roles: changes.mentions?.roleIds ?? message.mention_roles,
    mention_everyone: changes.mentions?.everyone ?? message.mention_everyone,
    edited_timestamp: timestamp(timeMs),
  };
}

export function isEphemeral(message: Message): boolean {
  return (message.flags & MessageFlags.Ephemeral) !== 0;
}

function richEmbeds(embeds: readonly Embed[] = []): Embed[] {
  return embeds.map((embed) => ({ type: "rich", ...embed }));
}

/** Every component of a stored message has an id: its own, or the next free number (docs: Anatomy of a Component). */
export function numberComponents(components: readonly Component[]): Component[] {
  const taken = new Set<number>();
  for (const component of walkComponents(components)) if (component.id) taken.add(component.id);
  let last = 0;
  const nextFree = (): number => {
    do last += 1;
    while (taken.has(last));
    return last;
  };
  const number = (component: Component): Component => {
    const numbered: Component = { ...component, id: component.id || nextFree() };
    if (component.components !== undefined) numbered.components = component.components.map(number);
    if (component.component !== undefined) numbered.component = number(component.component);
    if (component.accessory !== undefined) numbered.accessory = number(component.accessory);
    return numbered;
  };
  return components.map(number);
}

/** All components of a tree, parents before children. */
export function* walkComponents(components: readonly Component[]): Generator<Component> {
  for (const component of components) {
    yield component;
    if (component.components !== undefined) yield* walkComponents(component.components);
    if (component.component !== undefined) yield* walkComponents([component.component]);
    if (component.accessory !== undefined) yield* walkComponents([component.accessory]);
  }
}
