import type { Bot } from '../world/bot.ts';
import type { World } from '../world/world.ts';

/** The bot whose token the header carries (docs: Reference, Authentication). */
export function authenticatedBot(world: World, authorization: string | undefined): Bot | undefined {
  const [, token] = /^Bot (\S+)$/.exec(authorization ?? '') ?? [];
  return token === undefined ? undefined : world.botByToken(token);
}
