import type { Command, OptionDefinition } from './command.ts';

const environment = `Environment (in development .env completes it):
  RABBITMQ_URL        amqp://user:password@host:5672/vhost, or amqps://
  ARRAKIS_NAMESPACE   first segment of queue names (default arrakis)
  ARRAKIS_EVENTS      events beside the usual ones, as the apps have it (default none)
  WORKER_MODULES      modules that workers serve apart, all of them (default none)
  DISCORD_TOKEN       the bot, for commands about Discord; several are in DISCORD_TOKENS or DISCORD_TOKENS_FILE
  DISCORD_API_URL     another Discord: a simulator, or a proxy`;

/** Help for all commands, or for those of a group: `topology`. */
export function helpOn(commands: readonly Command[]): string {
  const calls = commands.map((command) => [callOf(command), command.summary] as const);
  return `The command for whoever is on call.

Usage: arrakis <command> [options]

${columns(calls)}

'arrakis <command> --help' tells more about one.

${environment}`;
}

/** Help for one command. */
export function helpOnCommand(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(([name, option]) => optionLine(name, option));
  return `${command.description}

Usage: arrakis ${callOf(command)} [options]

${columns([...options, ['--json', 'the result as one JSON object'], ['--help', 'this']])}

${environment}

Examples:
${command.examples.map((example) => `  ${example}`).join('\n')}

Exit codes:
  0    ${command.exits.done}
${command.exits.differs === undefined ? '' : `  2    ${command.exits.differs}\n`}  1    failed
  64   wrong arguments or settings`;
}

function callOf({ name, operands = [] }: Command): string {
  return [name, ...operands].join(' ');
}

function optionLine(name: string, option: OptionDefinition): readonly [string, string] {
  const standard = option.default === undefined ? '' : ` (default ${option.default})`;
  return [`--${name} ${option.value}`, `${option.description}${standard}`];
}

function columns(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n');
}
