import { Router, type CommandPlan, type CommandSyncOptions, type Registrations } from '@arrakis/bot';
import { DiscordRest } from '@arrakis/discord-rest';
import { botsOf, discordProxyOf } from '@arrakis/service';
import { UsageError, type Invocation } from '../command.ts';
import { loadDiscordSettings } from '../config.ts';
import { loadModules } from './load-modules.ts';

/** The options of every command about commands. */
export const options = {
  guild: { value: '<id>', description: 'only the commands of this guild' },
  modules: { value: '<file>', description: "the file that exports the bot's `modules` (default the worker's)" },
} as const;

/** What is planned for the commands of one bot. */
export interface BotPlan {
  readonly applicationId: string;
  readonly scopes: readonly CommandPlan[];
}

/** Plans or applies the commands of every bot of the settings, one after the other. */
export async function forEachBot(
  { options: given, environment, signal }: Invocation,
  act: (rest: DiscordRest, registrations: Registrations, options: CommandSyncOptions) => Promise<CommandPlan[]>,
): Promise<BotPlan[]> {
  const { guild: guildId, modules: file } = given;
  if (guildId !== undefined && !/^\d{15,20}$/.test(guildId)) throw new UsageError('--guild is the id of a guild.');
  const settings = loadDiscordSettings(environment);
  // No event comes here: which of them are delivered is of no interest.
  const { registrations } = new Router(await loadModules(file), { events: ['#'] });
  const plans: BotPlan[] = [];
  for (const { applicationId, token } of botsOf(settings)) {
    const rest = new DiscordRest({
      apiUrl: settings.DISCORD_API_URL,
      applicationId,
      token,
      ...discordProxyOf(settings),
    });
    try {
      plans.push({ applicationId, scopes: await act(rest, registrations, { guildId, signal }) });
    } finally {
      await rest.close(1_000);
    }
  }
  return plans;
}

export function isInSync(bots: readonly BotPlan[]): boolean {
  return bots.every(({ scopes }) => scopes.every(({ inSync }) => inSync));
}
