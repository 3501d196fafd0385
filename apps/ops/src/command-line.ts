import { parseArgs } from 'node:util';
import { SettingsError, withoutSecrets } from '@arrakis/service';
import { exitCodes, UsageError, type Command, type ExitCode, type Invocation } from './command.ts';
import { helpOn, helpOnCommand } from './help.ts';
import type { Output } from './output.ts';

/** What a command line runs in. */
export interface Surroundings {
  readonly commands: readonly Command[];
  readonly environment: NodeJS.ProcessEnv;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Runs what the arguments ask for; every failure is told in words on standard error. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { commands, output } = surroundings;
  const command = commands.find(({ name }) => startsWith(args, name));
  try {
    if (command === undefined) return tellCommands(args, surroundings);
    const { help, ...invocation } = parse(command, args);
    if (help) {
      output.line(helpOnCommand(command));
      return exitCodes.done;
    }
    return await command.run({ ...invocation, ...surroundings });
  } catch (thrown) {
    const { signal } = surroundings;
    // What was under way fails in its own words.
    const cause: unknown = signal.aborted ? signal.reason : thrown;
    output.note(`arrakis: ${withoutSecrets(cause instanceof Error ? cause.message : String(cause))}`);
    if (cause instanceof SettingsError) return exitCodes.misused;
    if (!(cause instanceof UsageError)) return exitCodes.failed;
    output.note(`'arrakis ${command === undefined ? '' : `${command.name} `}--help' tells how it is used.`);
    return exitCodes.misused;
  }
}

function startsWith(args: readonly string[], name: string): boolean {
  return name.split(' ').every((word, index) => args[index] === word);
}

/** Without a command: help, when it was asked for, on the group that was named, `topology` for example. */
function tellCommands(args: readonly string[], { commands, output }: Surroundings): ExitCode {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const group = commands.filter(({ name }) => words.every((word, index) => name.split(' ')[index] === word));
  if (group.length === 0) throw new UsageError(`there is no command '${words.join(' ')}'.`);
  const help = helpOn(group);
  if (args.includes('--help') || args.includes('-h')) {
    output.line(help);
    return exitCodes.done;
  }
  output.note(help);
  return exitCodes.misused;
}

type Parsed = Pick<Invocation, 'operands' | 'options' | 'json'> & { readonly help: boolean };

function parse(command: Command, args: readonly string[]): Parsed {
  const { name, operands = [], options = {} } = command;
  const own = Object.keys(options).map((option) => [option, { type: 'string' }] as const);
  const { values, positionals } = parseOptions(args.slice(name.split(' ').length), Object.fromEntries(own));
  const help = values['help'] === true;
  if (!help && positionals.length !== operands.length) {
    const expected = operands.length === 0 ? 'nothing' : operands.join(' ');
    throw new UsageError(`'${name}' is followed by ${expected}, not by '${positionals.join(' ')}'.`);
  }
  const given: Record<string, string | undefined> = {};
  for (const [option, definition] of Object.entries(options)) {
    const value = values[option];
    given[option] = typeof value === 'string' ? value : definition.default;
  }
  return { help, json: values['json'] === true, operands: positionals, options: given };
}

interface ParsedArgs {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

function parseOptions(args: string[], own: Readonly<Record<string, { readonly type: 'string' }>>): ParsedArgs {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { ...own, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
