import { setTimeout as delay } from 'node:timers/promises';
import type { Router } from '@arrakis/bot';
import { DiscordRestError, type DiscordRest } from '@arrakis/discord-rest';
import type { Logger } from '@arrakis/service';

export interface CommandSyncParts {
  readonly rest: DiscordRest;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Makes the bot's commands at Discord those of the router. A Discord that is away is waited for; one that refuses
 * them ends the start.
 * @throws {DiscordRestError}
 */
export async function syncCommands(router: Router, { rest, log, signal }: CommandSyncParts): Promise<void> {
  for (;;) {
    try {
      const commands = await rest.overwriteCommands(router.registrations, { signal });
      log.info({ commands: commands.map(({ name }) => name) }, 'commands registered');
      return;
    } catch (cause) {
      if (signal.aborted) return;
      if (!(cause instanceof DiscordRestError) || !cause.retryable) throw cause;
      log.warn({ err: cause }, 'commands could not be registered; trying again');
      await delay(2_000 + 2_000 * Math.random(), undefined, { signal }).catch(() => undefined);
    }
  }
}
