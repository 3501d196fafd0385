import { MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import type { AllowedMentions } from '../world/mentions.ts';
import type { Component } from '../world/component.ts';
import type { Embed } from '../world/message.ts';
import { ApiError } from './api-error.ts';
import { parseComponents } from './components.ts';
import { FormErrors, list, snowflakeField, text, withoutNulls } from './form-errors.ts';
import type { FormPath } from './form-errors.ts';

const embedSchema = z.looseObject({
  title: text(0, 256).optional(),
  description: text(0, 4096).optional(),
  url: text(0, 2048).optional(),
  color: z.int().min(0).max(0xffffff).optional(),
  timestamp: z
    .string()
    .refine((time) => !Number.isNaN(Date.parse(time)), {
      error: 'Could not parse the value. Should be ISO8601.',
      params: { code: 'DATE_TIME_TYPE_PARSE' },
    })
    .optional(),
  footer: z.looseObject({ text: text(0, 2048) }).optional(),
  author: z.looseObject({ name: text(0, 256) }).optional(),
  fields: list(
    z.looseObject({ name: text(1, 256), value: text(1, 1024), inline: z.boolean().optional() }),
    0,
    25,
  ).optional(),
});

const mentionParsing = z.enum(['roles', 'users', 'everyone']);

const attachmentSchema: z.ZodType<AttachmentForm> = z.looseObject({
  id: z.union([snowflakeField, z.int().min(0)]),
  filename: text(1, 1024).optional(),
  description: text(0, 1024).optional(),
});

/** The fields of a message body as Discord types them; `null` means left out. */
const messageFields = z.looseObject({
  content: text(0, 2000).optional(),
  embeds: list(embedSchema, 0, 10).optional(),
  components: z.unknown().optional(),
  flags: z.int().min(0).optional(),
  tts: z.boolean().optional(),
  allowed_mentions: z
    .looseObject({
      parse: z.array(mentionParsing).optional(),
      users: list(snowflakeField, 0, 100).optional(),
      roles: list(snowflakeField, 0, 100).optional(),
      replied_user: z.boolean().optional(),
    })
    .optional(),
  attachments: list(attachmentSchema, 0, 10).optional(),
  nonce: z.union([text(0, 25), z.int()]).optional(),
  enforce_nonce: z.boolean().optional(),
  message_reference: z
    .looseObject({
      message_id: snowflakeField,
      channel_id: snowflakeField.optional(),
      fail_if_not_exists: z.boolean().optional(),
    })
    .optional(),
});

const dictionary = z.looseObject({});

/** An attachment that a body names: a file of the same request by its index, or one that the message has already. */
export interface AttachmentForm {
  id: string | number;
  filename?: string | undefined;
  description?: string | undefined;
}

/** A message body that has passed Discord's checks. Fields that the body left out are absent. */
export interface MessageForm {
  content?: string;
  embeds?: Embed[];
  components?: Component[];
  attachments?: AttachmentForm[];
  allowedMentions?: AllowedMentions;
  /** absent where the body names none, so that an edit leaves them */
  flags?: number;
  tts: boolean;
  nonce?: string | number;
  enforceNonce: boolean;
  reference?: { messageId: string; failIfNotExists: boolean };
}

export interface MessageFormOptions {
  /** where the message stands in the body; default at its root */
  path?: FormPath;
  /** the flags of the message that is edited; absent for a new one */
  editedFlags?: number;
  /** flags that may be set; others fail the form */
  settableFlags: number;
}

/** Flags of a new message in a channel (docs: Create Message). */
export const channelMessageFlags: number =
  MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2;

/** Flags of interaction responses and follow-ups (docs: Interaction Callback Data). */
export const interactionMessageFlags: number = channelMessageFlags | MessageFlags.Ephemeral;

/** Flags that an edit may change (docs: Edit Message, Edit Webhook Message). */
export const editedMessageFlags: number = MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2;

const unsimulated = ['poll', 'sticker_ids', 'shared_client_theme'] as const;

/**
 * Parses the body of a message. Throws Invalid Form Body (50035); whether the message would be empty is for the caller to
 * judge with `isEmptyMessage`.
 */
export function parseMessageForm(body: unknown, options: MessageFormOptions): MessageForm {
  const path = options.path ?? [];
  const errors = new FormErrors();
  const fields = errors.parse(messageFields, withoutNulls(isEdit(options) ? emptied(body) : body), path);
  if (fields === undefined) {
    // Components are looked at all the same, so that one answer names everything.
    const partial = dictionary.safeParse(body);
    if (partial.success) parseComponentField(partial.data, { ...options, flags: 0, errors, path });
    errors.throwIfAny();
    throw new ApiError(50035);
  }
  const flags = fields.flags ?? 0;
  checkFlags(flags, { ...options, errors, path });
  checkEmbedSize(fields.embeds ?? [], errors, path);
  for (const field of unsimulated) {
    if (fields[field] === undefined) continue;
    errors.add([...path, field], { code: 'NOT_SIMULATED', message: 'The simulated Discord does not know this field.' });
  }
  const components = parseComponentField(fields, { ...options, flags, errors, path });
  errors.throwIfAny();
  return messageForm(fields, components);
}

function isEdit(options: MessageFormOptions): boolean {
  return options.editedFlags !== undefined;
}

/** In an edit `null` empties a part of the message (docs: Edit Message). */
function emptied(body: unknown): unknown {
  const fields = dictionary.safeParse(body);
  if (!fields.success) return body;
  const emptyParts: Record<string, unknown> = { content: '', embeds: [], components: [], attachments: [] };
  return Object.fromEntries(
    Object.entries(fields.data).map(([key, value]) => [key, value === null ? emptyParts[key] : value]),
  );
}

function messageForm(fields: z.output<typeof messageFields>, components: Component[] | undefined): MessageForm {
  const form: MessageForm = { tts: fields.tts ?? false, enforceNonce: fields.enforce_nonce ?? false };
  if (fields.flags !== undefined) form.flags = fields.flags;
  if (fields.content !== undefined) form.content = fields.content;
  if (fields.embeds !== undefined) form.embeds = fields.embeds;
  if (components !== undefined) form.components = components;
  if (fields.attachments !== undefined) form.attachments = fields.attachments;
  if (fields.nonce !== undefined) form.nonce = fields.nonce;
  if (fields.allowed_mentions !== undefined) {
    const { parse, users, roles, replied_user: repliedUser } = fields.allowed_mentions;
    form.allowedMentions = {
      parse: parse ?? [],
      users: users ?? [],
      roles: roles ?? [],
      repliedUser: repliedUser ?? false,
    };
  }
  if (fields.message_reference !== undefined) {
    const { message_id: messageId, fail_if_not_exists: failIfNotExists = true } = fields.message_reference;
    form.reference = { messageId, failIfNotExists };
  }
  return form;
}

/** Whether a message with these parts would show nothing (error 50006). */
export function isEmptyMessage(parts: {
  content?: string | undefined;
  embeds?: readonly unknown[] | undefined;
  components?: readonly unknown[] | undefined;
  attachments?: readonly unknown[] | undefined;
}): boolean {
  const lists = [parts.embeds, parts.components, parts.attachments];
  return (parts.content ?? '').trim() === '' && lists.every((part) => (part?.length ?? 0) === 0);
}

interface FieldContext extends MessageFormOptions {
  flags: number;
  errors: FormErrors;
  path: FormPath;
}

/** With IS_COMPONENTS_V2 a message is components alone (docs: Component Reference, Legacy Message Component Behavior). */
function parseComponentField(
  fields: Readonly<Record<string, unknown>>,
  context: FieldContext,
): Component[] | undefined {
  const { errors, path } = context;
  const isV2 = ((context.flags | (context.editedFlags ?? 0)) & MessageFlags.IsComponentsV2) !== 0;
  for (const field of isV2 ? ['content', 'embeds', 'poll', 'sticker_ids'] : []) {
    const value = fields[field];
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    errors.add([...path, field], {
      code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      message: `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
    });
  }
  if (fields['components'] === undefined || fields['components'] === null) return undefined;
  const place = isV2 ? 'message' : 'legacy message';
  return parseComponents(fields['components'], place, { errors, path: [...path, 'components'] });
}

function checkFlags(flags: number, context: MessageFormOptions & { errors: FormErrors; path: FormPath }): void {
  const settable = context.settableFlags | (context.editedFlags ?? 0);
  if ((flags & ~settable) === 0) return;
  context.errors.add([...context.path, 'flags'], {
    code: 'MESSAGE_FLAGS_INVALID',
    message: 'These flags cannot be set on this message',
  });
}

const maximumEmbedSize = 6000;

function checkEmbedSize(embeds: readonly z.output<typeof embedSchema>[], errors: FormErrors, path: FormPath): void {
  const size = embeds
    .flatMap((embed) => [
      embed.title,
      embed.description,
      embed.footer?.text,
      embed.author?.name,
      ...(embed.fields ?? []).flatMap((field) => [field.name, field.value]),
    ])
    .reduce((total, part) => total + (part?.length ?? 0), 0);
  if (size <= maximumEmbedSize) return;
  errors.add([...path, 'embeds'], {
    code: 'MAX_EMBED_SIZE_EXCEEDED',
    message: `Embed size exceeds maximum size of ${maximumEmbedSize}`,
  });
}
