import type { APIAttachment } from 'discord-api-types/v10';
import { invalidForm } from '../../forms/form-errors.ts';
import type { AttachmentForm } from '../../forms/message.ts';
import type { World } from '../../world/world.ts';
import type { UploadedPart } from '../request-body.ts';

interface AttachmentRequest {
  /** `attachments` of the body */
  named: readonly AttachmentForm[] | undefined;
  files: readonly UploadedPart[];
  channelId: string;
  /** what the edited message has already */
  present?: readonly APIAttachment[];
  /** where `attachments` stands in the body */
  path?: readonly string[];
}

/**
 * The attachments that a message has after a request: those named in the body, old ones by their id and new ones by the number
 * of their file, and new files that the body does not name. Undefined when the request is silent on them
 * (docs: Reference, Uploading Files). Throws Invalid Form Body (50035).
 */
export function attachmentsAfter(world: World, request: AttachmentRequest): APIAttachment[] | undefined {
  const { named, files, present = [] } = request;
  if (named === undefined && files.length === 0) return undefined;
  const kept =
    named === undefined ? present : present.filter((attachment) => named.some((one) => one.id === attachment.id));
  const uploaded = files.map((file) => newAttachment(world, file, request));
  for (const [index, { id }] of (named ?? []).entries()) {
    if (kept.some((attachment) => attachment.id === id) || files.some((file) => file.field === fieldOf(id))) continue;
    invalidForm([...(request.path ?? []), 'attachments', index], {
      code: 'ATTACHMENT_NOT_FOUND',
      message: 'Attachment data not found',
    });
  }
  return [...kept, ...uploaded];
}

function fieldOf(id: string | number): string {
  return `files[${id}]`;
}

function newAttachment(world: World, file: UploadedPart, { named = [], channelId }: AttachmentRequest): APIAttachment {
  const described = named.find((one) => fieldOf(one.id) === file.field);
  const id = world.nextId();
  const filename = described?.filename ?? file.filename;
  const path = `attachments/${channelId}/${id}/${encodeURIComponent(filename)}`;
  return {
    id,
    filename,
    size: file.size,
    url: `https://cdn.discordapp.com/${path}`,
    proxy_url: `https://media.discordapp.net/${path}`,
    ...(file.contentType !== '' && { content_type: file.contentType }),
    ...(described?.description !== undefined && { description: described.description }),
  };
}
