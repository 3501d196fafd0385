import { setTimeout as delay } from 'node:timers/promises';
import { DiscordRestError, type DiscordRest } from '@arrakis/discord-rest';
import type { Logger } from '@arrakis/service';
import type { SessionStartLimit } from '@arrakis/state';

/** What Discord says of the way to its gateway. */
export interface GatewayAnswer {
  readonly url: string;
  readonly recommendedShards: number;
  readonly limit: SessionStartLimit;
}

/** Discord refuses the bot's token: a person must act. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
  readonly kind = 'token-refused';
  readonly retryable = false;
}

/**
 * Asks Discord once (docs: GET /gateway/bot).
 * @throws {TokenRefusedError}
 * @throws {DiscordRestError}
 */
export async function askForGateway(rest: DiscordRest, signal: AbortSignal): Promise<GatewayAnswer> {
  try {
    const { url, shards, session_start_limit: limit } = await rest.gatewayBot({ signal });
    const { total, remaining, reset_after: resetAfterMs, max_concurrency: maxConcurrency } = limit;
    return { url, recommendedShards: shards, limit: { total, remaining, resetAfterMs, maxConcurrency } };
  } catch (cause) {
    if (!(cause instanceof DiscordRestError) || cause.kind !== 'unauthorized') throw cause;
    const advice =
      'Discord refuses the token: set DISCORD_TOKEN to the one shown by "Reset Token" in the developer portal.';
    throw new TokenRefusedError(advice, { cause });
  }
}

/** Waits for a Discord that is away, and gives up on one that refuses. */
export async function findGateway(
  rest: DiscordRest,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<GatewayAnswer> {
  for (;;) {
    try {
      return await askForGateway(rest, signal);
    } catch (cause) {
      if (!(cause instanceof DiscordRestError) || !cause.retryable) throw cause;
      log.warn({ err: cause }, 'Discord does not say how to reach its gateway; asking again');
      await delay(2_000 + 2_000 * Math.random(), undefined, { signal });
    }
  }
}
