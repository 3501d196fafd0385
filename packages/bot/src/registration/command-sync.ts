import type { DiscordRest } from '@arrakis/discord-rest';
import { planCommands, type CommandPlan } from './command-plan.ts';
import type { Registrations } from './registration.ts';

/** Which commands are looked at. */
export interface CommandSyncOptions {
  readonly signal?: AbortSignal;
  /** Looks only at the commands of this guild. */
  readonly guildId?: string | undefined;
}

/**
 * What would have to change at Discord: globally, and in each guild that a definition names.
 * @throws {DiscordRestError}
 */
export async function planRegistrations(
  rest: DiscordRest,
  registrations: Registrations,
  { guildId, signal }: CommandSyncOptions = {},
): Promise<CommandPlan[]> {
  const plans: CommandPlan[] = [];
  for (const scope of scopesOf(registrations, guildId)) {
    const registered = await rest.commands({ guildId: scope.guildId, signal });
    plans.push(planCommands({ ...scope, registered }));
  }
  return plans;
}

/**
 * Makes the commands at Discord those that are defined, where they differ; each scope at once or not at all. A command
 * that stays keeps its id, and with it what guilds have decided of its permissions.
 * @throws {DiscordRestError}
 */
export async function applyRegistrations(
  rest: DiscordRest,
  registrations: Registrations,
  options: CommandSyncOptions = {},
): Promise<CommandPlan[]> {
  const { signal } = options;
  const plans = await planRegistrations(rest, registrations, options);
  for (const { guildId, inSync } of plans) {
    if (!inSync) await rest.overwriteCommands([...definedIn(registrations, guildId)], { guildId, signal });
  }
  return plans;
}

function scopesOf(registrations: Registrations, only: string | undefined) {
  const guildIds = only === undefined ? [undefined, ...registrations.guilds.keys()] : [only];
  return guildIds.map((guildId) => ({ guildId, defined: definedIn(registrations, guildId) }));
}

function definedIn({ global, guilds }: Registrations, guildId: string | undefined): Registrations['global'] {
  return guildId === undefined ? global : (guilds.get(guildId) ?? []);
}
