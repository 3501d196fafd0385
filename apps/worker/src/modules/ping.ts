import { slash } from '@arrakis/bot';
import { createdAt } from '@arrakis/discord-rest';

/** Shows that the bot is there, and how fast. */
export const ping = slash('ping', {
  description: 'Shows that the bot is there',
  run(ctx) {
    // Discord's clock against ours: close enough, but not below zero.
    const tookMs = Math.max(0, Date.now() - createdAt(ctx.id));
    return { content: `Pong! ${tookMs} ms`, ephemeral: true };
  },
});
