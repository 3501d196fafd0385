import { setTimeout as delay } from 'node:timers/promises';
import { applyRegistrations } from '@arrakis/bot';
import { DiscordRestError } from '@arrakis/discord-rest';
import type { Logger } from '@arrakis/service';
import { StateUnavailableError, type Claim, type ClaimStore } from '@arrakis/state';
import type { Bot } from './bots.ts';

export interface CommandSyncParts {
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** How often it is looked whether another process is through with it, and whether Discord is back, in ms; jittered. */
const retryMs = 2_000;

/**
 * Makes the bot's commands at Discord those of its modules. Of the processes of a fleet that start together one does it,
 * the others find it done. A Discord that is away is waited for; one that refuses them ends the start.
 * @throws {DiscordRestError}
 */
export async function syncCommands(
  { router, parts: { rest }, claims }: Pick<Bot, 'router' | 'parts' | 'claims'>,
  { log, signal }: CommandSyncParts,
): Promise<void> {
  while (!signal.aborted) {
    const turn = await takeTurn(claims);
    try {
      if (turn !== 'busy') {
        const plans = await applyRegistrations(rest, router.registrations, { signal });
        const changed = plans.flatMap(({ commands }) => commands.filter(({ state }) => state !== 'same'));
        log.info({ changed: changed.map(({ command, state }) => `${command} ${state}`) }, 'commands registered');
        return;
      }
    } catch (cause) {
      if (signal.aborted) return;
      if (!(cause instanceof DiscordRestError) || !cause.retryable) throw cause;
      log.warn({ err: cause }, 'commands could not be registered; trying again');
    } finally {
      if (typeof turn === 'object') await turn.release().catch(() => undefined);
    }
    await delay(retryMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
}

/** Undefined without Redis: then each process does it, which changes nothing after the first. */
async function takeTurn(claims: ClaimStore): Promise<Claim | 'busy' | undefined> {
  try {
    // Whoever died in its turn was none the worse for the commands.
    const result = await claims.claim('commands', { isolated: true });
    return result.outcome === 'claimed' ? result.claim : 'busy';
  } catch (cause) {
    if (cause instanceof StateUnavailableError) return undefined;
    throw cause;
  }
}
