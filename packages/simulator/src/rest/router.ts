import { invalidForm } from '../forms/form-errors.ts';
import { isSnowflake } from '../world/snowflake.ts';
import type { Route } from './route.ts';

export interface RouteMatch {
  route: Route;
  params: Readonly<Record<string, string>>;
}

interface Pattern {
  template: string;
  segments: readonly string[];
  /** by method */
  routes: Map<string, Route>;
}

/** Finds the route of a path. Literal segments win over variables: `/users/@me` before `/users/{user.id}`. */
export class Router {
  readonly #patterns: Pattern[] = [];

  constructor(routes: readonly Route[]) {
    const byTemplate = new Map<string, Pattern>();
    for (const route of routes) {
      const { template } = route;
      const known = byTemplate.get(template);
      const pattern = known ?? { template, segments: template.split('/'), routes: new Map<string, Route>() };
      pattern.routes.set(route.method, route);
      byTemplate.set(template, pattern);
    }
    this.#patterns = [...byTemplate.values()].toSorted((a, b) => variables(a) - variables(b));
  }

  /** `unknown` when no route has this path, `method` when it has another method. */
  match(method: string, path: string): RouteMatch | 'unknown' | { allowed: string[]; template: string } {
    // Decoded first: clients may well escape the @ of @me and @original.
    const segments = path.split('/').map(decoded);
    const pattern = this.#patterns.find((candidate) => fits(candidate.segments, segments));
    if (pattern === undefined) return 'unknown';
    const route = pattern.routes.get(method);
    if (route === undefined) return { allowed: [...pattern.routes.keys()], template: pattern.template };
    return { route, params: paramsOf(pattern.segments, segments) };
  }
}

/** A segment without its percent escapes; as it is when they are broken. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function variables(pattern: Pattern): number {
  return pattern.segments.filter(isVariable).length;
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{');
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, index) => {
    const segment = segments[index] ?? '';
    return isVariable(part) ? segment !== '' : part === segment;
  });
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const entries = pattern.flatMap((part, index) =>
    isVariable(part) ? [[part.slice(1, -1), segments[index] ?? ''] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** Throws Invalid Form Body (50035) when an id in the path is none. */
export function checkIds(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params)) {
    if (!name.endsWith('.id') || isSnowflake(value)) continue;
    invalidForm([name.replace('.', '_')], {
      code: 'NUMBER_TYPE_COERCE',
      message: `Value ${JSON.stringify(value)} is not snowflake.`,
    });
  }
}
