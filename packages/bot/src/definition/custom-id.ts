import { fault, type Fault } from '../validation/fault.ts';

/** What stands between braces: a name, or a name with the values that it may have. */
type Parameter<Text extends string> = Text extends `${infer Name}=${infer Values}`
  ? { readonly name: Name; readonly value: Alternative<Values> }
  : { readonly name: Text; readonly value: string };

type Alternative<Values extends string> = Values extends `${infer Value}|${infer Rest}`
  ? Value | Alternative<Rest>
  : Values;

type ParameterOf<Pattern extends string> = Pattern extends `${string}{${infer Text}}${infer Rest}`
  ? Parameter<Text> | ParameterOf<Rest>
  : never;

/**
 * The parameters of a pattern: `'wallet:unlink:{address}'` has `{ address: string }`, `'poll:vote:{choice=yes|no}'` has
 * `{ choice: 'yes' | 'no' }`.
 */
export type CustomIdParams<Pattern extends string> = {
  readonly [One in ParameterOf<Pattern> as One['name']]: One['value'];
};

/** The arguments from which an id is made: none for a pattern without parameters. */
export type CustomIdArguments<Pattern extends string> = [ParameterOf<Pattern>] extends [never]
  ? []
  : [params: CustomIdParams<Pattern>];

/** Longest custom id that Discord takes. Source: Discord docs, Component Reference, "Custom ID". */
const maxCustomIdLength = 100;

type Segment =
  | { readonly literal: string }
  | { readonly param: string; readonly values: ReadonlySet<string> | undefined };

/**
 * A pattern of custom ids: segments with `:` between them, each a literal or a parameter in braces. What a component
 * needs to know when it is used travels in its id, so that any process can handle it at any time.
 */
export class CustomIdPattern {
  readonly pattern: string;
  /** What is wrong with the pattern: no id belongs to one that has faults. */
  readonly faults: readonly Fault[];
  readonly #segments: readonly Segment[];

  constructor(pattern: string) {
    this.pattern = pattern;
    const segments = pattern.split(':').map(toSegment);
    this.#segments = segments.filter((segment) => segment !== undefined);
    this.faults = patternFaults(pattern, this.#segments, segments.length);
  }

  get hasParameters(): boolean {
    return this.#segments.some((segment) => 'param' in segment);
  }

  /**
   * The custom id with these parameters.
   * @throws {RangeError} when a value is empty, contains `:` or is none of those that the pattern names, or the id is
   *   longer than Discord takes.
   */
  format(params: Readonly<Record<string, string>> = {}): string {
    const id = this.#segments
      .map((segment) => ('literal' in segment ? segment.literal : checkedValue(segment, params[segment.param])))
      .join(':');
    if (id.length > maxCustomIdLength) {
      throw new RangeError(`A custom id of '${this.pattern}' has ${id.length} characters, more than Discord takes`);
    }
    return id;
  }

  /** The parameters of a custom id; undefined when it is none of this pattern: of another version, or forged. */
  match(customId: string): Record<string, string> | undefined {
    const texts = customId.split(':');
    if (texts.length !== this.#segments.length || this.faults.length > 0) return undefined;
    const params: [name: string, value: string][] = [];
    for (const [index, segment] of this.#segments.entries()) {
      const text = texts[index] ?? '';
      if (!admits(segment, text)) return undefined;
      if ('param' in segment) params.push([segment.param, text]);
    }
    return Object.fromEntries(params);
  }

  /** Whether some custom id belongs to both. */
  overlaps(other: CustomIdPattern): boolean {
    const [mine, theirs] = [this.#segments, other.#segments];
    if (mine.length !== theirs.length) return false;
    return mine.every((segment, index) => {
      const counterpart = theirs[index];
      if (counterpart === undefined) return false;
      const values = valuesOf(segment) ?? valuesOf(counterpart);
      // Two free parameters share whatever there is.
      return values === undefined || values.some((value) => admits(segment, value) && admits(counterpart, value));
    });
  }
}

/** Undefined when it is neither a literal nor a parameter. */
function toSegment(text: string): Segment | undefined {
  const [, name, values] = /^\{(\w+)(?:=([^{}=]+))?\}$/.exec(text) ?? [];
  if (name !== undefined) return { param: name, values: values === undefined ? undefined : new Set(values.split('|')) };
  return text === '' || /[{}]/.test(text) ? undefined : { literal: text };
}

function patternFaults(pattern: string, segments: readonly Segment[], written: number): Fault[] {
  const names = segments.flatMap((segment) => ('param' in segment ? [segment.param] : []));
  const texts = segments.map((segment) => valuesOf(segment)?.toSorted(byLength)[0] ?? 'x');
  const shortest = texts.join(':').length;
  return [
    ...(segments.length < written || texts.includes('')
      ? fault('', "must consist of words and {parameters} with ':' between them")
      : []),
    ...(new Set(names).size < names.length ? fault('', 'names a parameter twice') : []),
    ...(shortest > maxCustomIdLength
      ? fault('', `makes ids of ${shortest} characters and more, Discord takes ${maxCustomIdLength}`)
      : []),
    ...(pattern.length === 0 ? fault('', 'is empty') : []),
  ];
}

function byLength(one: string, other: string): number {
  return one.length - other.length;
}

/** The only values of a segment; undefined when any will do. */
function valuesOf(segment: Segment): readonly string[] | undefined {
  if ('literal' in segment) return [segment.literal];
  return segment.values === undefined ? undefined : [...segment.values];
}

function admits(segment: Segment, text: string): boolean {
  if ('literal' in segment) return segment.literal === text;
  return segment.values === undefined ? text !== '' : segment.values.has(text);
}

function checkedValue(segment: Extract<Segment, { readonly param: string }>, value = ''): string {
  const { param, values } = segment;
  if (value === '' || value.includes(':')) {
    throw new RangeError(`The parameter '${param}' of a custom id must be a text without ':'`);
  }
  if (values === undefined || values.has(value)) return value;
  throw new RangeError(`The parameter '${param}' of a custom id must be one of ${[...values].join(', ')}`);
}
