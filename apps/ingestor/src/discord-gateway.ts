import { setTimeout as delay } from 'node:timers/promises';
import { askGatewayBot, GatewayBotError, type GatewayBot } from '@arrakis/gateway';
import type { DiscordBot, Logger } from '@arrakis/service';

/** Discord refuses the bot's token: a person must act. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
  readonly kind = 'token-refused';
  readonly retryable = false;
}

export interface DiscordGatewayOptions {
  readonly bot: DiscordBot;
  readonly apiUrl: string;
  readonly log: Logger;
}

/** Discord, as far as it says how its gateway is reached by a bot. */
export class DiscordGateway {
  readonly #options: DiscordGatewayOptions;

  constructor(options: DiscordGatewayOptions) {
    this.#options = options;
  }

  /**
   * Asks once.
   * @throws {TokenRefusedError}
   * @throws {GatewayBotError}
   */
  async ask(signal: AbortSignal): Promise<GatewayBot> {
    const { apiUrl, bot } = this.#options;
    try {
      return await askGatewayBot({ apiUrl, token: bot.token, signal });
    } catch (cause) {
      if (!(cause instanceof GatewayBotError) || cause.kind !== 'unauthorized') throw cause;
      const advice =
        'Discord refuses the token: set DISCORD_TOKEN to the one shown by "Reset Token" in the developer portal.';
      throw new TokenRefusedError(advice, { cause });
    }
  }

  /** Waits for a Discord that is away, and gives up on one that refuses. Throws as {@link ask} does. */
  async find(signal: AbortSignal): Promise<GatewayBot> {
    for (;;) {
      try {
        return await this.ask(signal);
      } catch (cause) {
        if (!(cause instanceof GatewayBotError) || !cause.retryable) throw cause;
        this.#options.log.warn({ err: cause }, 'asking Discord again how to reach its gateway');
        const againInMs = Math.max(2_000, cause.retryAfterMs) + 2_000 * Math.random();
        await delay(againInMs, undefined, { signal });
      }
    }
  }
}
