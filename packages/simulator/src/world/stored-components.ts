import { ComponentType } from 'discord-api-types/v10';
import type { APIAttachment } from 'discord-api-types/v10';
import { z } from 'zod';
import { walkComponents } from './component.ts';
import type { Component } from './component.ts';

/** The message that components belong to, as far as they depend on it. */
interface Owner {
  id: string;
  attachments: readonly APIAttachment[];
}

/** Components as Discord returns them with a message: numbered, defaults filled in, media looked up. */
export function storedComponents(components: readonly Component[], owner: Owner): Component[] {
  return numberComponents(components).map((component) => completed(component, owner));
}

/** Every component has an id: its own, or the next free number (docs: Anatomy of a Component). */
export function numberComponents(components: readonly Component[]): Component[] {
  const taken = new Set([...walkComponents(components)].map((component) => component.id));
  let last = 0;
  const nextFree = (): number => {
    do last += 1;
    while (taken.has(last));
    return last;
  };
  const number = (component: Component): Component =>
    withChildren({ ...component, id: isNumbered(component) ? component.id : nextFree() }, number);
  return components.map(number);
}

/** 0 counts as no id (docs: Anatomy of a Component). */
function isNumbered(component: Component): boolean {
  return component.id !== undefined && component.id !== 0;
}

function completed(component: Component, owner: Owner): Component {
  return {
    ...defaults(component, owner),
    ...withChildren(component, (child) => completed(child, owner)),
    ...mediaOf(component, owner),
  };
}

function withChildren(component: Component, change: (child: Component) => Component): Component {
  const changed = { ...component };
  if (component.components !== undefined) changed.components = component.components.map(change);
  if (component.component !== undefined) changed.component = change(component.component);
  if (component.accessory !== undefined) changed.accessory = change(component.accessory);
  return changed;
}

function defaults(component: Component, owner: Owner): Record<string, unknown> {
  switch (component.type) {
    case ComponentType.StringSelect:
    case ComponentType.UserSelect:
    case ComponentType.RoleSelect:
    case ComponentType.MentionableSelect:
    case ComponentType.ChannelSelect:
      return { min_values: 1, max_values: 1 };
    case ComponentType.Thumbnail:
      return { description: null, spoiler: false };
    case ComponentType.File:
      return { spoiler: false, ...fileFacts(component, owner) };
    case ComponentType.Separator:
      return { divider: true, spacing: 1 };
    case ComponentType.Container:
      return { accent_color: null, spoiler: false };
    default:
      return {};
  }
}

const mediaReference = z.looseObject({ url: z.string() });
const galleryItem = z.looseObject({ media: mediaReference });

/** Media fields with what Discord knows of the file behind the URL (docs: Unfurled Media Item). */
function mediaOf(component: Component, owner: Owner): Record<string, unknown> {
  switch (component.type) {
    case ComponentType.Thumbnail:
      return { media: unfurled(mediaReference.parse(component['media']).url, owner) };
    case ComponentType.File:
      return { file: unfurled(mediaReference.parse(component['file']).url, owner) };
    case ComponentType.MediaGallery: {
      const items = z.array(galleryItem).parse(component['items']);
      return {
        items: items.map((item) => ({
          description: null,
          spoiler: false,
          ...item,
          media: unfurled(item.media.url, owner),
        })),
      };
    }
    default:
      return {};
  }
}

function unfurled(url: string, owner: Owner): Record<string, unknown> {
  const attachment = attachmentOf(url, owner);
  if (attachment === undefined)
    return { id: owner.id, url, proxy_url: url, width: null, height: null, content_type: null };
  const { id, proxy_url, content_type = null } = attachment;
  return { id, url: attachment.url, proxy_url, width: null, height: null, content_type, attachment_id: id };
}

function fileFacts(component: Component, owner: Owner): { name: string | null; size: number | null } {
  const attachment = attachmentOf(mediaReference.parse(component['file']).url, owner);
  return { name: attachment?.filename ?? null, size: attachment?.size ?? null };
}

function attachmentOf(url: string, owner: Owner): APIAttachment | undefined {
  if (!url.startsWith('attachment://')) return undefined;
  const filename = url.slice('attachment://'.length);
  return owner.attachments.find((attachment) => attachment.filename === filename);
}
