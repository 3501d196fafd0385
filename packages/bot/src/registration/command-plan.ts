import { ApplicationCommandType } from 'discord-api-types/v10';
import { normalCommand, withoutFilledIn, type CommandData } from './normal-command.ts';

/** A value that is not as the definition says. */
export interface CommandDifference {
  /** `options.question.description` */
  readonly path: string;
  /** At Discord; undefined when it is not there. */
  readonly registered: unknown;
  /** In the definition; undefined when it is not there. */
  readonly defined: unknown;
}

/** What becomes of one command. */
export interface PlannedCommand {
  /** `/poll`, `menu Quote` */
  readonly command: string;
  readonly state: 'same' | 'missing' | 'different' | 'surplus';
  readonly differences: readonly CommandDifference[];
}

/** What would have to change at Discord, in one scope: globally or in a guild. */
export interface CommandPlan {
  readonly guildId: string | undefined;
  readonly commands: readonly PlannedCommand[];
  readonly inSync: boolean;
}

/**
 * Compares what is defined with what is registered. What Discord says of its own, and what it takes for granted, is no
 * difference.
 */
export function planCommands(scope: {
  readonly guildId: string | undefined;
  readonly defined: readonly object[];
  readonly registered: readonly object[];
}): CommandPlan {
  const { guildId } = scope;
  const [defined, registered] = [scope.defined, scope.registered].map(byName);
  const names = new Set([...(defined?.keys() ?? []), ...(registered?.keys() ?? [])]);
  const commands = Array.from(names, (key) =>
    planCommand({ defined: defined?.get(key), registered: registered?.get(key) }),
  );
  return { guildId, commands, inSync: commands.every(({ state }) => state === 'same') };
}

/** A user menu and a message menu may share their name. */
function byName(commands: readonly object[]): Map<string, CommandData> {
  const normal = commands.map((command) => normalCommand(command));
  return new Map(normal.map((command) => [`${String(command['type'])} ${String(command['name'])}`, command]));
}

function nameOf({ type, name }: CommandData): string {
  return type === ApplicationCommandType.ChatInput ? `/${String(name)}` : `menu ${String(name)}`;
}

interface Pair {
  readonly defined: CommandData | undefined;
  readonly registered: CommandData | undefined;
}

function planCommand({ defined, registered }: Pair): PlannedCommand {
  const command = nameOf(defined ?? registered ?? {});
  if (defined === undefined) return { command, state: 'surplus', differences: [] };
  if (registered === undefined) return { command, state: 'missing', differences: [] };
  const differences = differencesOf('', { defined, registered: withoutFilledIn(registered, defined) });
  return { command, state: differences.length === 0 ? 'same' : 'different', differences };
}

/** Goes down to the values that differ; what has a name is compared with its namesake. */
function differencesOf(
  path: string,
  { defined, registered }: { readonly defined: unknown; readonly registered: unknown },
): CommandDifference[] {
  if (isRecord(defined) && isRecord(registered)) {
    const keys = [...new Set([...Object.keys(defined), ...Object.keys(registered)])];
    return keys.flatMap((key) =>
      differencesOf(path === '' ? key : `${path}.${key}`, { defined: defined[key], registered: registered[key] }),
    );
  }
  return JSON.stringify(defined) === JSON.stringify(registered) ? [] : [{ path, registered, defined }];
}

function isRecord(value: unknown): value is CommandData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
