import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Component } from '../world/component.ts';
import { walkComponents } from '../world/component.ts';
import { list, snowflakeField, text, withoutNulls } from './form-errors.ts';
import type { FormErrors, FormPath } from './form-errors.ts';

/** Where a list of components stands, which decides what may be in it. */
export type ComponentPlace = 'legacy message' | 'message' | 'modal';

interface NestedRule {
  field: 'components' | 'component' | 'accessory';
  allowed: readonly ComponentType[];
}

interface ComponentRule {
  /** the component's own fields; nested components are checked apart from them */
  fields: z.ZodType;
  nested?: readonly NestedRule[];
}

const customId = text(1, 100);
const selects = [
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
];
const contents = [
  ComponentType.ActionRow,
  ComponentType.Section,
  ComponentType.TextDisplay,
  ComponentType.MediaGallery,
  ComponentType.File,
  ComponentType.Separator,
];

/** What may stand at the top (docs: Component Reference, Legacy Message Component Behavior; Modal Components). */
const topLevel: Readonly<Record<ComponentPlace, readonly ComponentType[]>> = {
  'legacy message': [ComponentType.ActionRow],
  message: [...contents, ComponentType.Container],
  modal: [ComponentType.ActionRow, ComponentType.TextDisplay, ComponentType.Label],
};

const emoji = z.looseObject({ id: snowflakeField.optional(), name: z.string().optional() });
const media = z.looseObject({ url: text(1, 2048) });
const button = z
  .looseObject({
    style: z.enum(ButtonStyle),
    label: text(0, 80).optional(),
    custom_id: customId.optional(),
    url: text(1, 512).optional(),
    disabled: z.boolean().optional(),
    emoji: emoji.optional(),
  })
  .superRefine(checkButton);
const selectOption = z.looseObject({
  label: text(1, 100),
  value: text(1, 100),
  description: text(0, 100).optional(),
  default: z.boolean().optional(),
});
const selectFields = {
  custom_id: customId,
  placeholder: text(0, 150).optional(),
  min_values: z.int().min(0).max(25).optional(),
  max_values: z.int().min(1).max(25).optional(),
  disabled: z.boolean().optional(),
};
const select = z.looseObject(selectFields);
const choiceGroup = z.looseObject({
  custom_id: customId,
  options: list(selectOption, 1, 10).superRefine(checkDistinctValues),
});

const rules: Readonly<Partial<Record<ComponentType, ComponentRule>>> = {
  [ComponentType.ActionRow]: {
    fields: z.looseObject({ components: list(z.unknown(), 1, 5) }),
    nested: [{ field: 'components', allowed: [ComponentType.Button, ...selects] }],
  },
  [ComponentType.Button]: { fields: button },
  [ComponentType.StringSelect]: {
    fields: z.looseObject({ ...selectFields, options: list(selectOption, 1, 25).superRefine(checkDistinctValues) }),
  },
  [ComponentType.UserSelect]: { fields: select },
  [ComponentType.RoleSelect]: { fields: select },
  [ComponentType.MentionableSelect]: { fields: select },
  [ComponentType.ChannelSelect]: { fields: select },
  [ComponentType.TextInput]: {
    fields: z.looseObject({
      custom_id: customId,
      style: z.literal([1, 2]),
      label: text(1, 45).optional(),
      placeholder: text(0, 100).optional(),
      value: text(0, 4000).optional(),
      min_length: z.int().min(0).max(4000).optional(),
      max_length: z.int().min(1).max(4000).optional(),
      required: z.boolean().optional(),
    }),
  },
  [ComponentType.Section]: {
    fields: z.looseObject({ components: list(z.unknown(), 1, 3), accessory: z.looseObject({}) }),
    nested: [
      { field: 'components', allowed: [ComponentType.TextDisplay] },
      { field: 'accessory', allowed: [ComponentType.Button, ComponentType.Thumbnail] },
    ],
  },
  [ComponentType.TextDisplay]: { fields: z.looseObject({ content: text(1, 4000) }) },
  [ComponentType.Thumbnail]: { fields: z.looseObject({ media, description: text(0, 1024).optional() }) },
  [ComponentType.MediaGallery]: { fields: z.looseObject({ items: list(z.looseObject({ media }), 1, 10) }) },
  [ComponentType.File]: { fields: z.looseObject({ file: media }) },
  [ComponentType.Separator]: {
    fields: z.looseObject({ divider: z.boolean().optional(), spacing: z.literal([1, 2]).optional() }),
  },
  [ComponentType.Container]: {
    fields: z.looseObject({
      components: list(z.unknown(), 1, 40),
      accent_color: z.int().min(0).max(0xffffff).optional(),
    }),
    nested: [{ field: 'components', allowed: contents }],
  },
  [ComponentType.Label]: {
    fields: z.looseObject({ label: text(1, 45), description: text(1, 100).optional(), component: z.looseObject({}) }),
    nested: [
      {
        field: 'component',
        allowed: [
          ...selects,
          ComponentType.TextInput,
          ComponentType.FileUpload,
          ComponentType.RadioGroup,
          ComponentType.CheckboxGroup,
          ComponentType.Checkbox,
        ],
      },
    ],
  },
  [ComponentType.FileUpload]: { fields: z.looseObject({ custom_id: customId }) },
  [ComponentType.RadioGroup]: { fields: choiceGroup },
  [ComponentType.CheckboxGroup]: { fields: choiceGroup },
  [ComponentType.Checkbox]: { fields: z.looseObject({ custom_id: customId }) },
};

const componentSchema: z.ZodType<Component> = z.looseObject({
  type: z.int(),
  id: z.int().min(0).optional(),
  custom_id: z.string().optional(),
  label: z.string().optional(),
  style: z.number().optional(),
  url: z.string().optional(),
  content: z.string().optional(),
  disabled: z.boolean().optional(),
  get components() {
    return z.array(componentSchema).optional();
  },
  get component() {
    return componentSchema.optional();
  },
  get accessory() {
    return componentSchema.optional();
  },
});

const componentList = z.array(componentSchema);
const anyList = z.array(z.unknown());
const typedComponent = z.looseObject({ type: z.enum(ComponentType) });
const siblingTypes = z.array(z.looseObject({ type: z.int() }));

/**
 * Checks a list of components (docs: Component Reference). What is wrong is added to `errors` below `path`; the result is
 * empty then.
 */
export function parseComponents(
  value: unknown,
  place: ComponentPlace,
  target: { errors: FormErrors; path: FormPath },
): Component[] {
  const { errors, path } = target;
  const components = errors.parse(anyList, withoutNulls(value), path);
  if (components === undefined) return [];
  for (const [index, component] of components.entries()) {
    checkComponent(component, topLevelOf(place), { errors, path: [...path, index], inModal: place === 'modal' });
  }
  const parsed = componentList.safeParse(components);
  if (!parsed.success) return [];
  checkTotals(parsed.data, place, target);
  return parsed.data;
}

function topLevelOf(place: ComponentPlace): readonly ComponentType[] {
  return topLevel[place];
}

interface CheckContext {
  errors: FormErrors;
  path: FormPath;
  inModal: boolean;
}

function checkComponent(value: unknown, allowed: readonly ComponentType[], context: CheckContext): void {
  const { errors, path } = context;
  const typed = errors.parse(typedComponent, value, path);
  if (typed === undefined) return;
  const rule = rules[typed.type];
  if (rule === undefined || !allowed.includes(typed.type)) {
    const choices = allowed.toSorted((a, b) => a - b).join(', ');
    errors.add([...path, 'type'], {
      code: 'UNION_TYPE_CHOICES',
      message: `Value of field "type" must be one of (${choices}).`,
    });
    return;
  }
  errors.parse(rule.fields, value, path);
  if (typed.type === ComponentType.ActionRow) checkRowWidth(typed['components'], context);
  for (const nested of nestedRules(typed.type, rule, context)) {
    for (const child of childrenIn(typed, nested.field)) {
      checkComponent(child.value, nested.allowed, { ...context, path: [...path, ...child.path] });
    }
  }
}

function childrenIn(component: Readonly<Record<string, unknown>>, field: string): { path: FormPath; value: unknown }[] {
  const value = component[field];
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [{ path: [field], value }];
  return value.map((child: unknown, index) => ({ path: [field, index], value: child }));
}

/** In a modal an action row holds one text input (docs: Component Reference, Action Row). */
function nestedRules(type: ComponentType, rule: ComponentRule, context: CheckContext): readonly NestedRule[] {
  if (type === ComponentType.ActionRow && context.inModal) {
    return [{ field: 'components', allowed: [ComponentType.TextInput] }];
  }
  return rule.nested ?? [];
}

/** A row holds up to five buttons, or one select, or one text input. */
function checkRowWidth(children: unknown, { errors, path }: CheckContext): void {
  const types = siblingTypes.safeParse(children);
  if (!types.success || types.data.length < 2) return;
  const wide = types.data.findIndex((child) => child.type !== ComponentType.Button);
  if (wide === -1) return;
  errors.add([...path, 'components', Math.max(1, wide)], {
    code: 'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
    message: 'The specified component exceeds the maximum width',
  });
}

const maximumRows = 5;
const maximumComponents = 40;
const maximumText = 4000;

function checkTotals(
  components: readonly Component[],
  place: ComponentPlace,
  target: { errors: FormErrors; path: FormPath },
): void {
  const { errors, path } = target;
  const all = [...walkComponents(components)];
  const limit = place === 'message' ? maximumComponents : maximumRows;
  const counted = place === 'message' ? all.length : components.length;
  if (counted > limit) {
    errors.add(path, { code: 'BASE_TYPE_BAD_LENGTH', message: `Must be between 1 and ${limit} in length.` });
  }
  const displayed = all.filter((component) => component.type === ComponentType.TextDisplay);
  if (displayed.reduce((size, component) => size + (component.content?.length ?? 0), 0) > maximumText) {
    errors.add(path, {
      code: 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      message: `The total displayable text size exceeds maximum size of ${maximumText}`,
    });
  }
  const customIds = all.flatMap((component) => component.custom_id ?? []);
  if (new Set(customIds).size < customIds.length) {
    errors.add(path, {
      code: 'COMPONENT_CUSTOM_ID_DUPLICATED',
      message: 'Component custom id cannot be duplicated',
    });
  }
}

/** What a button needs; others need a custom id (docs: Component Reference, Button Styles). */
const buttonTargets: Readonly<Partial<Record<ButtonStyle, string>>> = {
  [ButtonStyle.Link]: 'url',
  [ButtonStyle.Premium]: 'sku_id',
};

function checkButton(
  value: { style: ButtonStyle; custom_id?: string | undefined; url?: string | undefined },
  context: z.core.$RefinementCtx,
): void {
  const required = buttonTargets[value.style] ?? 'custom_id';
  const fields: Readonly<Record<string, unknown>> = { ...value };
  if (fields[required] === undefined) {
    context.addIssue({
      code: 'custom',
      path: [required],
      message: 'This field is required',
      params: { code: 'BASE_TYPE_REQUIRED' },
    });
  }
  if (value.custom_id !== undefined && value.url !== undefined) {
    context.addIssue({
      code: 'custom',
      message: 'A custom id and url cannot both be specified',
      params: { code: 'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE' },
    });
  }
}

function checkDistinctValues(options: readonly { value: string }[], context: z.core.$RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, option] of options.entries()) {
    if (seen.has(option.value)) {
      context.addIssue({
        code: 'custom',
        path: [index],
        message: 'The specified option value is already used',
        params: { code: 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED' },
      });
    }
    seen.add(option.value);
  }
}
