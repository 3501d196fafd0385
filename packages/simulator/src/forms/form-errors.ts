import { z } from 'zod';
import { ApiError } from './api-error.ts';
import type { FormErrorTree } from './api-error.ts';

/** Where in a body: keys and indices from its root. */
export type FormPath = readonly PropertyKey[];

/** Collects what is wrong with a body, so that one answer names all of it. */
export class FormErrors {
  readonly #tree: FormErrorTree = {};
  #isEmpty = true;

  add(path: FormPath, error: { code: string; message: string }): void {
    let node = this.#tree;
    for (const key of path) {
      const child = node[String(key)];
      if (child === undefined || Array.isArray(child)) {
        const fresh: FormErrorTree = {};
        node[String(key)] = fresh;
        node = fresh;
      } else {
        node = child;
      }
    }
    (node._errors ??= []).push(error);
    this.#isEmpty = false;
  }

  /** Parses `value`; what is wrong with it is added below `path`. */
  parse<Output>(schema: z.ZodType<Output>, value: unknown, path: FormPath = []): Output | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.add([...path, ...issue.path], formError(issue, value));
    return undefined;
  }

  /** Throws Invalid Form Body (50035) when anything was added. */
  throwIfAny(): void {
    if (!this.#isEmpty) throw new ApiError(50035, this.#tree);
  }
}

/** Parses a body or throws Invalid Form Body (50035). */
export function parseForm<Output>(schema: z.ZodType<Output>, body: unknown, path: FormPath = []): Output {
  const errors = new FormErrors();
  const parsed = errors.parse(schema, body, path);
  errors.throwIfAny();
  if (parsed === undefined) throw new TypeError('a schema of a form must not accept undefined');
  return parsed;
}

/** Throws Invalid Form Body (50035) for one field. */
export function invalidForm(path: FormPath, error: { code: string; message: string }): never {
  const errors = new FormErrors();
  errors.add(path, error);
  errors.throwIfAny();
  throw new ApiError(50035);
}

/** A string of `minimum` to `maximum` characters. */
export function text(minimum: number, maximum: number): z.ZodString {
  const message =
    minimum === 0 ? `Must be ${maximum} or fewer in length.` : `Must be between ${minimum} and ${maximum} in length.`;
  const code = minimum === 0 ? 'BASE_TYPE_MAX_LENGTH' : 'BASE_TYPE_BAD_LENGTH';
  return z
    .string()
    .refine((value) => value.length >= minimum && value.length <= maximum, { error: message, params: { code } });
}

/** A list of `minimum` to `maximum` elements. */
export function list<Element extends z.ZodType>(
  element: Element,
  minimum: number,
  maximum: number,
): z.ZodArray<Element> {
  const message =
    minimum === 0 ? `Must be ${maximum} or fewer in length.` : `Must be between ${minimum} and ${maximum} in length.`;
  const code = minimum === 0 ? 'BASE_TYPE_MAX_LENGTH' : 'BASE_TYPE_BAD_LENGTH';
  return z
    .array(element)
    .refine((value) => value.length >= minimum && value.length <= maximum, { error: message, params: { code } });
}

export const snowflakeField = z.string().regex(/^\d{1,20}$/);

/** `null` in a body means the same as leaving the field out. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => (field === null ? [] : [[key, withoutNulls(field)]])),
  );
}

const conversionErrors: Readonly<Record<string, { code: string; message: string }>> = {
  string: { code: 'STRING_TYPE_CONVERT', message: 'Could not interpret value as string.' },
  boolean: { code: 'BOOLEAN_TYPE_CONVERT', message: 'Must be either true or false.' },
  object: { code: 'MODEL_TYPE_CONVERT', message: 'Only dictionaries may be used in a ModelType' },
  record: { code: 'DICT_TYPE_CONVERT', message: 'Only dictionaries may be used in a DictType' },
  array: { code: 'LIST_TYPE_CONVERT', message: 'Only iterables may be used in a ListType' },
};

/** A zod issue in the words of Discord's API. */
function formError(issue: z.core.$ZodIssue, root: unknown): { code: string; message: string } {
  const value = valueAt(root, issue.path);
  const isTypeIssue = issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union';
  if (isTypeIssue && value === undefined) return { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' };
  switch (issue.code) {
    case 'invalid_type': {
      const conversion = conversionErrors[issue.expected];
      return conversion ?? { code: 'NUMBER_TYPE_COERCE', message: `Value ${JSON.stringify(value)} is not int.` };
    }
    case 'invalid_value':
      return { code: 'BASE_TYPE_CHOICES', message: `Value must be one of (${issue.values.map(quoted).join(', ')}).` };
    case 'too_small':
      return { code: 'NUMBER_TYPE_MIN', message: `int value should be greater than or equal to ${issue.minimum}.` };
    case 'too_big':
      return { code: 'NUMBER_TYPE_MAX', message: `int value should be less than or equal to ${issue.maximum}.` };
    case 'invalid_format':
      return { code: 'STRING_TYPE_REGEX', message: 'String value did not match validation regex.' };
    case 'custom':
      return { code: String(issue.params?.['code'] ?? 'BASE_TYPE_INVALID'), message: issue.message };
    default:
      return { code: 'BASE_TYPE_INVALID', message: issue.message };
  }
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function valueAt(root: unknown, path: FormPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
