import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import { FormErrors } from './form-errors.ts';
import { parseComponents } from './components.ts';
import type { ComponentPlace } from './components.ts';

/** The errors of a list of components as `path: code`. */
function errorsOf(components: unknown, place: ComponentPlace = 'legacy message'): string[] {
  const errors = new FormErrors();
  parseComponents(components, place, { errors, path: [] });
  try {
    errors.throwIfAny();
    return [];
  } catch (error) {
    return error instanceof ApiError ? flatten(error.errors, '') : [String(error)];
  }
}

function flatten(tree: unknown, path: string): string[] {
  return Object.entries(tree ?? {}).flatMap(([key, value]: [string, unknown]) =>
    key === '_errors' && Array.isArray(value)
      ? value.map((error: { code: string }) => `${path}: ${error.code}`)
      : flatten(value, path === '' ? key : `${path}.${key}`),
  );
}

const row = (...components: unknown[]): unknown => ({ type: 1, components });
const button = (customId: string): unknown => ({ type: 2, style: 1, label: 'x', custom_id: customId });
const options = [{ label: 'a', value: 'a' }];
const select = { type: 3, custom_id: 's', options };

describe('components of a message', () => {
  it.each<[string, unknown[]]>([
    ['buttons', [row(button('a'), button('b'))]],
    ['a link', [row({ type: 2, style: 5, url: 'https://example.org', label: 'x' })]],
    ['each select', [row(select), ...[5, 6, 7, 8].map((type) => row({ type, custom_id: `s${type}` }))]],
    ['null for what is left out', [row({ type: 2, style: 1, label: null, custom_id: 'a', url: null, emoji: null })]],
  ])('may be %s', (_, components) => {
    expect(errorsOf(components)).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ['no list', {}, [': LIST_TYPE_CONVERT']],
    ['no dictionary', ['x'], ['0: MODEL_TYPE_CONVERT']],
    ['without a type', [{}], ['0.type: BASE_TYPE_REQUIRED']],
    ['a bare button', [button('a')], ['0.type: UNION_TYPE_CHOICES']],
    ['a text without the flag for it', [{ type: 10, content: 'x' }], ['0.type: UNION_TYPE_CHOICES']],
    ['an empty row', [row()], ['0.components: BASE_TYPE_BAD_LENGTH']],
    ['six in a row', [row(...'abcdef'.split('').map(button))], ['0.components: BASE_TYPE_BAD_LENGTH']],
    ['six rows', 'abcdef'.split('').map((id) => row(button(id))), [': BASE_TYPE_BAD_LENGTH']],
    ['a select beside a button', [row(button('a'), select)], ['0.components.1: COMPONENT_LAYOUT_WIDTH_EXCEEDED']],
    ['one custom id twice', [row(button('a'), button('a'))], [': COMPONENT_CUSTOM_ID_DUPLICATED']],
    ['a button without custom id', [row({ type: 2, style: 1 })], ['0.components.0.custom_id: BASE_TYPE_REQUIRED']],
    ['a link without URL', [row({ type: 2, style: 5 })], ['0.components.0.url: BASE_TYPE_REQUIRED']],
    ['a strange style', [row({ type: 2, style: 9, custom_id: 'a' })], ['0.components.0.style: BASE_TYPE_CHOICES']],
    ['a long custom id', [row(button('x'.repeat(101)))], ['0.components.0.custom_id: BASE_TYPE_BAD_LENGTH']],
    [
      'a select without options',
      [row({ type: 3, custom_id: 's', options: [] })],
      ['0.components.0.options: BASE_TYPE_BAD_LENGTH'],
    ],
    [
      'one option twice',
      [row({ ...select, options: [...options, ...options] })],
      ['0.components.0.options.1: SELECT_COMPONENT_OPTION_VALUE_DUPLICATED'],
    ],
    [
      'a text input',
      [row({ type: 4, custom_id: 't', style: 1, label: 'x' })],
      ['0.components.0.type: UNION_TYPE_CHOICES'],
    ],
  ])('must not be %s', (_, components, expected) => {
    expect(errorsOf(components)).toEqual(expected);
  });
});

describe('components of a message with IS_COMPONENTS_V2', () => {
  const text = (content = 'x'): unknown => ({ type: 10, content });

  it('may be nested contents', () => {
    const components = [
      text(),
      { type: 9, components: [text()], accessory: button('a') },
      { type: 12, items: [{ media: { url: 'https://example.org/a.png' } }] },
      { type: 14 },
      {
        type: 17,
        accent_color: 0xff0000,
        components: [text(), row(select), { type: 13, file: { url: 'attachment://a.txt' } }],
      },
    ];
    expect(errorsOf(components, 'message')).toEqual([]);
  });

  it.each<[string, unknown[], string[]]>([
    [
      'a container in a container',
      [{ type: 17, components: [{ type: 17, components: [text()] }] }],
      ['0.components.0.type: UNION_TYPE_CHOICES'],
    ],
    ['a section without accessory', [{ type: 9, components: [text()] }], ['0.accessory: BASE_TYPE_REQUIRED']],
    [
      'an accessory of another kind',
      [{ type: 9, components: [text()], accessory: text() }],
      ['0.accessory.type: UNION_TYPE_CHOICES'],
    ],
    ['41 components', [{ type: 17, components: Array.from({ length: 40 }, () => text()) }], [': BASE_TYPE_BAD_LENGTH']],
    ['4,001 characters in all', [text('x'.repeat(4000)), text('x')], [': COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED']],
  ])('must not be %s', (_, components, expected) => {
    expect(errorsOf(components, 'message')).toEqual(expected);
  });
});

describe('components of a modal', () => {
  const input = { type: 4, custom_id: 't', style: 1, label: 'x' };

  it('may be rows with one text input each, labels and texts', () => {
    const labelled = { type: 18, label: 'l', component: select };
    expect(errorsOf([row(input), labelled, { type: 10, content: 'x' }], 'modal')).toEqual([]);
  });

  it.each<[string, unknown[], string[]]>([
    ['buttons', [row(button('a'))], ['0.components.0.type: UNION_TYPE_CHOICES']],
    [
      'two inputs in a row',
      [row(input, { ...input, custom_id: 'u' })],
      ['0.components.1: COMPONENT_LAYOUT_WIDTH_EXCEEDED'],
    ],
    [
      'a label around a button',
      [{ type: 18, label: 'l', component: button('a') }],
      ['0.component.type: UNION_TYPE_CHOICES'],
    ],
  ])('must not be %s', (_, components, expected) => {
    expect(errorsOf(components, 'modal')).toEqual(expected);
  });
});
