import type { z } from 'zod';
import type { BotState } from './bot-state.ts';
import { scopeKey, type Scope, type ScopedFacts } from './scope.ts';

/** What a session keeps, for whom, and for how long. */
export interface SessionOptions<Value> {
  /** What is kept. What a former version has written and this one cannot read is as if it were not there. */
  readonly schema: z.ZodType<Value>;
  /** Whose it is; a member's unless said otherwise. */
  readonly per?: Scope;
  /** How long it is kept after it was last written, in ms. */
  readonly ttlMs: number;
}

/** What of a context a session needs: every interaction's has it. */
export type SessionHolder = ScopedFacts & { readonly state: Pick<BotState, 'sessions'> };

/**
 * What goes on with somebody over several interactions, on whichever worker each of them is handled. Every method may
 * fail with a `StateUnavailableError`.
 */
export interface Session<Value> {
  /** Undefined when there is none, or no more. */
  read(context: SessionHolder): Promise<Value | undefined>;
  write(context: SessionHolder, value: Value): Promise<void>;
  /**
   * Changes it, so that of two who change it at once neither overwrites the other: `change` is called again with what
   * the other has written, and must have no effects of its own. What it returns is kept; undefined ends the session.
   */
  update(context: SessionHolder, change: (value: Value | undefined) => Value | undefined): Promise<Value | undefined>;
  end(context: SessionHolder): Promise<void>;
}

/** How often a change is tried against others before it is given up. */
const maxTries = 20;

/** Defines a session: `session('order', { schema: z.object({ step: z.int() }), ttlMs: 600_000 })`. */
export function session<Value>(name: string, { schema, per = 'member', ttlMs }: SessionOptions<Value>): Session<Value> {
  const keyOf = (context: SessionHolder) => `${name}:${scopeKey(per, context)}`;
  const look = async (context: SessionHolder) => {
    const stored = await context.state.sessions.read(keyOf(context));
    const parsed = stored === undefined ? undefined : schema.safeParse(JSON.parse(stored.value));
    return { version: stored?.version ?? '', value: parsed?.data };
  };
  return {
    read: async (context) => (await look(context)).value,
    async write(context, value) {
      await context.state.sessions.write(keyOf(context), { value: JSON.stringify(value), ttlMs });
    },
    async update(context, change) {
      for (let tries = 0; tries < maxTries; tries += 1) {
        const { version, value: before } = await look(context);
        const value = change(before);
        const written = await context.state.sessions.write(keyOf(context), {
          value: value === undefined ? undefined : JSON.stringify(value),
          ttlMs,
          version,
        });
        if (written) return value;
      }
      throw new SessionContendedError(name);
    },
    end: (context) => context.state.sessions.delete(keyOf(context)),
  };
}

/** So many change a session at once that this change never got its turn. */
export class SessionContendedError extends Error {
  override readonly name = 'SessionContendedError';
  readonly kind = 'contended';
  readonly retryable = true;

  constructor(name: string) {
    super(`The session '${name}' was changed by others ${maxTries} times while this change was made.`);
  }
}
