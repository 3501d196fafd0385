import { GatewayCloseCodes } from 'discord-api-types/gateway/v10';

/**
 * The code we close with when we mean to come back. Any but 1000 and 1001 keeps the session for a few minutes
 * (Discord docs, Gateway, "Initiating a Disconnect").
 */
export const resumableCloseCode = 4_200;

/** Close codes after which reconnecting is of no use, with what to do about each. */
const fatal: ReadonlyMap<number, string> = new Map([
  [
    GatewayCloseCodes.AuthenticationFailed,
    'Discord does not accept the token: set DISCORD_TOKEN to the token shown once by "Reset Token" in the developer portal.',
  ],
  [
    GatewayCloseCodes.InvalidShard,
    'Discord does not accept the shard id and count: check SHARD_COUNT and SHARD_IDS (ids are 0 to SHARD_COUNT − 1).',
  ],
  [
    GatewayCloseCodes.ShardingRequired,
    'The bot is in too many guilds for this many shards: raise SHARD_COUNT, or set it to auto.',
  ],
  [GatewayCloseCodes.InvalidAPIVersion, 'Discord no longer speaks this gateway version: update Arrakis.'],
  [GatewayCloseCodes.InvalidIntents, 'Discord knows no such intents: check DISCORD_INTENTS.'],
  [
    GatewayCloseCodes.DisallowedIntents,
    'The bot may not use a privileged intent: switch it on in the developer portal (Bot, "Privileged Gateway Intents"), ' +
      'or take it out of DISCORD_INTENTS.',
  ],
]);

/** Close codes after which the session is gone and a new one must be identified. */
const sessionEnding: ReadonlySet<number> = new Set([GatewayCloseCodes.InvalidSeq, GatewayCloseCodes.SessionTimedOut]);

/** What to do about a close after which nothing may be retried; undefined for all others. */
export function fatalAdvice(code: number): string | undefined {
  return fatal.get(code);
}

/** Whether the session cannot be resumed after this close. */
export function endsSession(code: number): boolean {
  return sessionEnding.has(code);
}
