import type { Output } from './output.ts';

/**
 * How a command ends: `done`; `failed`; `differs`, when it was to compare and found a difference; `misused`, with wrong
 * arguments or settings (EX_USAGE of sysexits.h, since a difference is 2 as in other tools that plan and apply).
 */
export const exitCodes = { done: 0, failed: 1, differs: 2, misused: 64 } as const;

/** See {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An option with a value; all commands have `--json` and `--help` beside their own. */
export interface OptionDefinition {
  /** What stands for the value in the help: `<seconds>`. */
  readonly value: string;
  readonly description: string;
  readonly default?: string;
}

/** A command as it was called. */
export interface Invocation {
  /** As many as the command has. */
  readonly operands: readonly string[];
  /** Options that were given or have a default. */
  readonly options: Readonly<Record<string, string | undefined>>;
  /** Whether the result is wanted as one JSON object. */
  readonly json: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A command of `arrakis`. */
export interface Command {
  /** What it is called by: `topology plan`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it does, in the help; lines of at most 100 characters. */
  readonly description: string;
  /** Names of what follows the command: `<queue>`. */
  readonly operands?: readonly string[];
  readonly options?: Readonly<Record<string, OptionDefinition>>;
  readonly examples: readonly string[];
  /** What its exit codes 0 and 2 mean. */
  readonly exits: { readonly done: string; readonly differs?: string };
  /** @throws {UsageError} when an operand or option cannot be used; any other error has made it fail. */
  run(invocation: Invocation): Promise<ExitCode>;
}

/** The command was called wrongly; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
