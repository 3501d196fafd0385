import type { z } from 'zod';

export type ControlMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One operation of the control API. */
export interface ControlRoute {
  readonly method: ControlMethod;
  /** path below `/control`, with `:name` for variables */
  readonly path: string;
  /** Runs the operation on unchecked input. Throws a ControlInputError when the input is not what the operation takes. */
  run(input: Record<string, unknown>): Promise<unknown>;
}

/** The input of an operation was wrong; each problem says where and what. */
export class ControlInputError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('The input is not what this operation takes.');
    this.name = 'ControlInputError';
    this.problems = problems;
  }
}

/** What an operation asked for is not there. */
export class ControlNotFoundError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ControlNotFoundError';
  }
}

/** An operation whose input (variables of the path, query and JSON body together) must satisfy `schema`. */
export function route<Schema extends z.ZodType>(
  endpoint: readonly [method: ControlMethod, path: string],
  schema: Schema,
  operation: (input: z.output<Schema>) => unknown,
): ControlRoute {
  const [method, path] = endpoint;
  return {
    method,
    path,
    async run(input) {
      const parsed = schema.safeParse(input);
      if (!parsed.success) throw new ControlInputError(parsed.error.issues.map(describeIssue));
      return operation(parsed.data);
    },
  };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const place = issue.path.map(String).join('.');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}

/** The variables of `path` when `pathname` is an instance of it. */
export function matchPath(path: string, pathname: string): Record<string, string> | undefined {
  const pattern = path.split('/');
  const segments = pathname.split('/');
  if (pattern.length !== segments.length) return undefined;
  const variables: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) variables[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return variables;
}
