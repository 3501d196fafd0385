import { z } from 'zod';
import { operations } from './operations.ts';

const anyList = z.array(z.unknown());

interface Check {
  variants?: readonly string[] | undefined;
  /** the value must be a list of this schema */
  element?: string | undefined;
  value: unknown;
  /** whether fields that the schema does not know are problems */
  isRequest?: boolean;
}

let loading: Promise<ApiDescription> | undefined;

/**
 * Discord's own OpenAPI description of its API, in the form of the zod schemas that `discord-api-spec` generates from it. Its
 * hundreds of schemas are loaded on first use.
 */
export class ApiDescription {
  readonly #schemas: object;

  private constructor(schemas: object) {
    this.#schemas = schemas;
  }

  static async load(): Promise<ApiDescription> {
    loading ??= loadSchemas().then((schemas) => new ApiDescription(schemas));
    return loading;
  }

  /** What is wrong with a request's body; empty when nothing is. `route` is method and template. */
  checkRequest(route: string, body: unknown): string[] {
    const { request, requestList } = operations[route] ?? {};
    if (request === undefined && requestList === undefined) {
      return body === undefined ? [] : ['body: the operation takes none'];
    }
    return this.#check({
      variants: request,
      element: requestList,
      value: tolerated(toleratedRequest(body)),
      isRequest: true,
    });
  }

  /** What is wrong with a response's body; empty when nothing is. */
  checkResponse(route: string, body: unknown): string[] {
    const { response, responseList } = operations[route] ?? {};
    if (response === undefined && responseList === undefined) {
      return body === undefined ? [] : ['body: the operation returns none'];
    }
    return this.#check({ variants: response, element: responseList, value: tolerated(body) });
  }

  /** What is wrong with the body of an error. */
  checkError(body: unknown): string[] {
    return this.#check({ variants: ['ErrorResponse'], value: withNumericCodes(body) });
  }

  /** What is wrong with the body of a 429. */
  checkRateLimited(body: unknown): string[] {
    // The description demands `code`; the documentation has it optional, and examples without it (docs: Rate Limits).
    const completed = z.looseObject({}).safeParse(body);
    return this.#check({
      variants: ['RatelimitedResponse'],
      value: completed.success ? { code: 0, ...completed.data } : body,
    });
  }

  #check(check: Check): string[] {
    if (check.element === undefined) return this.#checkVariants(check, 'body');
    const list = anyList.safeParse(check.value);
    if (!list.success) return ['body: not a list'];
    const variants = [check.element];
    return list.data.flatMap((value, index) => this.#checkVariants({ ...check, variants, value }, `[${index}]`));
  }

  /** The problems with the variant that comes closest. */
  #checkVariants({ variants = [], value, isRequest = false }: Check, at: string): string[] {
    const results = variants.map((name) => {
      const result = z.core.safeParse(this.#schema(name), value);
      if (result.success) return { distance: 0, problems: isRequest ? unknownFields(value, result.data, at) : [] };
      const { issues } = result.error;
      return { distance: 1 + distance(issues), problems: issues.flatMap((issue) => issueProblems(issue, at)) };
    });
    return results.toSorted((one, other) => one.distance - other.distance)[0]?.problems ?? [];
  }

  #schema(name: string): z.core.$ZodType {
    const schema: unknown = Reflect.get(this.#schemas, `${name}Schema`);
    if (schema instanceof z.core.$ZodType) return schema;
    throw new RangeError(`Discord's API description has no schema ${name}`);
  }
}

async function loadSchemas(): Promise<object> {
  const schemas: unknown = await import('discord-api-spec/zod');
  if (typeof schemas === 'object' && schemas !== null) return schemas;
  throw new TypeError('discord-api-spec/zod has no exports');
}

/** A union's issue is told by the variant that comes closest: the one that no `type` speaks against, with the fewest issues. */
function issueProblems(issue: z.core.$ZodIssue, at: string): string[] {
  const path = `${at}${issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`;
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = issue.errors.toSorted((a, b) => distance(a) - distance(b))[0] ?? [];
    return closest.flatMap((inner) => issueProblems(inner, path));
  }
  return [`${path}: ${describe(issue)}`];
}

function distance(issues: readonly z.core.$ZodIssue[]): number {
  const isOtherType = issues.some((issue) => issue.path.length === 1 && issue.path[0] === 'type');
  return issues.length + (isOtherType ? 1000 : 0);
}

function describe(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'invalid_format':
      return `expected the format ${issue.format}`;
    default:
      return issue.message;
  }
}

/** Fields that the schema does not know; Discord ignores them, so that they are mistakes without a symptom. */
function unknownFields(value: unknown, known: unknown, at: string): string[] {
  if (Array.isArray(value) && Array.isArray(known)) {
    return value.flatMap((element, index) => unknownFields(element, known[index], `${at}[${index}]`));
  }
  if (!isRecord(value) || !isRecord(known)) return [];
  return Object.entries(value).flatMap(([key, field]) =>
    key in known ? unknownFields(field, known[key], `${at}.${key}`) : [`${at}.${key}: Discord knows no such field`],
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy in which times end with `Z`: others may have an offset (RFC 3339), which the generated schemas do not accept. */
function tolerated(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^(\d{4}-\d\d-\d\dT[\d:.]+)\+00:00$/, '$1Z');
  return mapFields(value, tolerated);
}

/**
 * A copy of a request in which is set right what the description has narrower than the documentation:
 * - `default_member_permissions` is a string of digits (docs: Application Command Object), the description has a number;
 * - a new attachment's `id` is the number of its file (docs: Uploading Files), the description has a string.
 */
function toleratedRequest(value: unknown, key = ''): unknown {
  if (key === 'default_member_permissions' && typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  if (key === 'attachments' && Array.isArray(value)) return value.map(withTextualId);
  return mapFields(value, toleratedRequest);
}

function withTextualId(attachment: unknown): unknown {
  if (!isRecord(attachment) || typeof attachment['id'] !== 'number') return attachment;
  return { ...attachment, id: String(attachment['id']) };
}

function mapFields(value: unknown, change: (field: unknown, key?: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => change(element));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, change(field, key)]));
}

/** The codes within a form's errors are names (docs: Reference, Error Messages); the description has numbers, as for the whole. */
function withNumericCodes(value: unknown): unknown {
  const isNamed = isRecord(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string';
  return isNamed ? { ...value, code: 0 } : mapFields(value, withNumericCodes);
}
