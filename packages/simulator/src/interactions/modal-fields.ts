import { ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Modal } from '../forms/callback.ts';
import type { Component } from '../world/component.ts';
import { walkComponents } from '../world/component.ts';
import { checkSelection } from './message-components.ts';
import { refuse } from './refusal.ts';
import type { Resolution, UploadedFile } from './resolved.ts';

/** What a member enters into a field of a modal: a text, a tick, chosen values or ids, or files. */
export type FieldValue = string | boolean | readonly string[] | readonly UploadedFile[];

const textInput = z.looseObject({
  min_length: z.int().default(0),
  max_length: z.int().default(4000),
  required: z.boolean().default(true),
  value: z.string().default(''),
});

/** The `components` of a submitted modal (docs: Modal Submit Data Structure), validated as Discord's client does. */
export function submittedComponents(
  modal: Modal,
  fields: Readonly<Record<string, FieldValue>>,
  resolution: Resolution,
): Component[] {
  const known = new Set([...walkComponents(modal.components)].flatMap((component) => component.custom_id ?? []));
  for (const customId of Object.keys(fields)) {
    if (!known.has(customId)) refuse(`the modal ${modal.custom_id} has no field ${customId}`);
  }
  return modal.components.map((component) => submitted(component, fields, resolution));
}

function submitted(
  component: Component,
  fields: Readonly<Record<string, FieldValue>>,
  resolution: Resolution,
): Component {
  const { type, id } = component;
  if (component.components !== undefined) {
    return { type, id, components: component.components.map((child) => submitted(child, fields, resolution)) };
  }
  if (component.component !== undefined) {
    return { type, id, component: submitted(component.component, fields, resolution) };
  }
  if (component.custom_id === undefined) return { type, id };
  const value = fields[component.custom_id];
  return { type, id, custom_id: component.custom_id, ...enteredValue(component, value, resolution) };
}

function enteredValue(
  component: Component,
  value: FieldValue | undefined,
  resolution: Resolution,
): Record<string, unknown> {
  switch (component.type) {
    case ComponentType.TextInput:
      return { value: enteredText(component, value) };
    case ComponentType.Checkbox:
      return { value: typeof value === 'boolean' ? value : component['default'] === true };
    case ComponentType.RadioGroup: {
      const chosen = typeof value === 'string' ? [value] : [];
      checkSelection(component, chosen, resolution);
      return { value: chosen[0] ?? null };
    }
    case ComponentType.FileUpload:
      return { values: files(value).map((file) => resolution.attachment(file)) };
    default: {
      const values = typeof value === 'string' ? [value] : texts(value);
      checkSelection(component, values, resolution);
      return { values };
    }
  }
}

function enteredText(component: Component, value: FieldValue | undefined): string {
  const rule = textInput.parse(component);
  const text = value ?? rule.value;
  if (typeof text !== 'string') return refuse(`${component.custom_id} takes a text`);
  if (text === '' && !rule.required) return text;
  const minimum = Math.max(rule.min_length, rule.required ? 1 : 0);
  if (text.length < minimum || text.length > rule.max_length) {
    refuse(`${component.custom_id} takes ${minimum} to ${rule.max_length} characters, got ${text.length}`);
  }
  return text;
}

function texts(value: FieldValue | undefined): string[] {
  return elements(value).filter((element) => typeof element === 'string');
}

function files(value: FieldValue | undefined): UploadedFile[] {
  return elements(value).filter((element) => typeof element === 'object');
}

function elements(value: FieldValue | undefined): readonly (string | UploadedFile)[] {
  return typeof value === 'object' ? value : [];
}
