import { DefinitionError } from '../errors.ts';

/** The parameters of a pattern: `'wallet:unlink:{address}'` has `{ address: string }`. */
export type CustomIdParams<Pattern extends string> = { readonly [Name in ParamName<Pattern>]: string };

type ParamName<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamName<Rest>
  : never;

/** The arguments from which an id is made: none for a pattern without parameters. */
export type CustomIdArguments<Pattern extends string> = [ParamName<Pattern>] extends [never]
  ? []
  : [params: CustomIdParams<Pattern>];

/** Longest custom id that Discord takes. Source: Discord docs, Component Reference, "Custom ID". */
const maxLength = 100;

type Segment = { readonly literal: string } | { readonly param: string };

/**
 * A pattern of custom ids: segments with `:` between them, each a literal or a parameter in braces. What a component
 * needs to know when it is used travels in its id, so that any process can handle it at any time.
 */
export class CustomIdPattern {
  readonly pattern: string;
  readonly #segments: readonly Segment[];

  /** @throws {DefinitionError} */
  constructor(pattern: string) {
    this.pattern = pattern;
    this.#segments = pattern.split(':').map((text) => toSegment(text, pattern));
    const names = this.#segments.flatMap((segment) => ('param' in segment ? [segment.param] : []));
    if (new Set(names).size < names.length) throw new DefinitionError(`'${pattern}' names a parameter twice`);
    if (pattern.length > maxLength) throw new DefinitionError(`'${pattern}' is longer than ${maxLength} characters`);
  }

  /**
   * The custom id with these parameters.
   * @throws {RangeError} when a value is empty or contains `:`, or the id is longer than Discord takes.
   */
  format(params: Readonly<Record<string, string>> = {}): string {
    const id = this.#segments
      .map((segment) => ('literal' in segment ? segment.literal : checkedValue(segment.param, params[segment.param])))
      .join(':');
    if (id.length > maxLength) throw new RangeError(`A custom id of '${this.pattern}' has ${id.length} characters`);
    return id;
  }

  /** The parameters of a custom id; undefined when it is none of this pattern. */
  match(customId: string): Record<string, string> | undefined {
    const texts = customId.split(':');
    if (texts.length !== this.#segments.length) return undefined;
    const params: Record<string, string> = {};
    for (const [index, segment] of this.#segments.entries()) {
      const text = texts[index] ?? '';
      if ('literal' in segment ? segment.literal !== text : text === '') return undefined;
      if ('param' in segment) params[segment.param] = text;
    }
    return params;
  }

  /** Whether some custom id belongs to both. */
  overlaps(other: CustomIdPattern): boolean {
    const [mine, theirs] = [this.#segments, other.#segments];
    if (mine.length !== theirs.length) return false;
    return mine.every((segment, index) => {
      const counterpart = theirs[index];
      if (counterpart === undefined || 'param' in segment || 'param' in counterpart) return true;
      return segment.literal === counterpart.literal;
    });
  }
}

function toSegment(text: string, pattern: string): Segment {
  const name = /^\{(\w+)\}$/.exec(text)?.[1];
  if (name !== undefined) return { param: name };
  if (text === '' || /[{}]/.test(text)) {
    throw new DefinitionError(`'${pattern}' must consist of words and {parameters} with ':' between them`);
  }
  return { literal: text };
}

function checkedValue(name: string, value = ''): string {
  if (value === '' || value.includes(':')) {
    throw new RangeError(`The parameter '${name}' of a custom id must be a text without ':'`);
  }
  return value;
}
