import { ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Component } from '../world/component.ts';
import type { Message } from '../world/message.ts';
import { walkComponents } from '../world/component.ts';
import { refuse } from './refusal.ts';
import type { Resolution } from './resolved.ts';

/** A component and the message that it is on. */
export interface LocatedComponent {
  message: Message;
  component: Component;
}

/**
 * The component with this custom id on the first of the messages that has it. Only its author's messages count, and a disabled
 * component cannot be used.
 */
export function findComponent(
  messages: Iterable<Message | undefined>,
  { customId, authorId }: { customId: string; authorId: string },
): LocatedComponent {
  for (const message of messages) {
    if (message?.author.id !== authorId) continue;
    for (const component of walkComponents(message.components)) {
      if (component.custom_id !== customId) continue;
      if (component.disabled === true) refuse(`the component ${customId} is disabled`);
      return { message, component };
    }
  }
  return refuse(`the member sees no component ${customId} in this channel`);
}

const selectSchema = z.looseObject({
  min_values: z.int().default(1),
  max_values: z.int().default(1),
  required: z.boolean().default(true),
  options: z.array(z.looseObject({ value: z.string() })).default([]),
  channel_types: z.array(z.int()).default([]),
});

const selectTypes: readonly number[] = [
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
];

export function isSelect(component: Component): boolean {
  return selectTypes.includes(component.type);
}

/** Checks what a member picks in a select, or in another component that takes `values`, and resolves it. */
export function checkSelection(component: Component, values: readonly string[], resolution: Resolution): void {
  const select = selectSchema.parse(component);
  const minimum = select.required ? select.min_values : 0;
  if (values.length < minimum || values.length > select.max_values) {
    refuse(`${component.custom_id} takes ${minimum} to ${select.max_values} values, got ${values.length}`);
  }
  if (new Set(values).size < values.length) refuse(`${component.custom_id} takes each value once`);
  for (const value of values) resolveSelected(component, value, { select, resolution });
}

function resolveSelected(
  component: Component,
  value: string,
  context: { select: z.output<typeof selectSchema>; resolution: Resolution },
): void {
  const { select, resolution } = context;
  switch (component.type) {
    case ComponentType.UserSelect:
      return resolution.user(value);
    case ComponentType.RoleSelect:
      return resolution.role(value);
    case ComponentType.MentionableSelect:
      return resolution.mentionable(value);
    case ComponentType.ChannelSelect:
      return resolution.channel(value, select.channel_types);
    default:
      if (!select.options.some((option) => option.value === value)) {
        refuse(`${component.custom_id} offers no ${value}`);
      }
  }
}
