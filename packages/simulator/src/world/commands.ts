import type { ApplicationCommandType } from 'discord-api-types/v10';

/** An option of a registered command (docs: Application Command Option Structure). */
export interface CommandOption {
  type: number;
  name: string;
  description: string;
  required?: boolean | undefined;
  autocomplete?: boolean | undefined;
  choices?: { name: string; value: string | number }[] | undefined;
  options?: CommandOption[] | undefined;
  channel_types?: number[] | undefined;
  min_value?: number | undefined;
  max_value?: number | undefined;
  min_length?: number | undefined;
  max_length?: number | undefined;
  [field: string]: unknown;
}

/** A registered command (docs: Application Command Structure). */
export interface Command {
  id: string;
  application_id: string;
  version: string;
  type: ApplicationCommandType;
  name: string;
  description: string;
  guild_id?: string;
  options?: CommandOption[];
  default_member_permissions: string | null;
  [field: string]: unknown;
}

/** Where commands are registered: for one guild, or everywhere. */
export interface CommandScope {
  applicationId: string;
  guildId?: string | undefined;
}

/** The commands that bots have registered. */
export class CommandRegistry {
  readonly #scopes = new Map<string, Map<string, Command>>();

  list(scope: CommandScope): Command[] {
    return [...this.#commands(scope).values()];
  }

  get(scope: CommandScope, commandId: string): Command | undefined {
    return this.#commands(scope).get(commandId);
  }

  put(scope: CommandScope, command: Command): void {
    this.#commands(scope).set(command.id, command);
  }

  delete(scope: CommandScope, commandId: string): boolean {
    return this.#commands(scope).delete(commandId);
  }

  replaceAll(scope: CommandScope, commands: readonly Command[]): void {
    this.#scopes.set(scopeKey(scope), new Map(commands.map((command) => [command.id, command])));
  }

  /** The command of this type and name in exactly this scope. */
  named(scope: CommandScope, type: ApplicationCommandType, name: string): Command | undefined {
    return this.list(scope).find((command) => command.type === type && command.name === name);
  }

  /** The command that a member of the guild would run: the guild's own comes before the global one of that name. */
  visible(scope: CommandScope, type: ApplicationCommandType, name: string): Command | undefined {
    const global = { applicationId: scope.applicationId };
    const own = scope.guildId === undefined ? undefined : this.named(scope, type, name);
    return own ?? this.named(global, type, name);
  }

  #commands(scope: CommandScope): Map<string, Command> {
    const key = scopeKey(scope);
    let commands = this.#scopes.get(key);
    if (commands === undefined) this.#scopes.set(key, (commands = new Map<string, Command>()));
    return commands;
  }
}

function scopeKey(scope: CommandScope): string {
  return `${scope.applicationId}/${scope.guildId ?? ''}`;
}
