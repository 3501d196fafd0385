import { PermissionFlagsBits } from 'discord-api-types/v10';
import { ApiError } from '../../forms/api-error.ts';
import type { Bot } from '../../world/bot.ts';
import type { Guild } from '../../world/guild.ts';
import type { LocatedChannel, World } from '../../world/world.ts';

/** A guild that the bot is in. Throws 10004 when there is none, 50001 when the bot is not in it. */
export function guildOf(world: World, bot: Bot, guildId: string): Guild {
  const guild = world.guild(guildId);
  if (!guild.hasMember(bot.userId)) throw new ApiError(50001);
  return guild;
}

/** A channel that the bot sees. Throws 10003 when there is none, 50001 when it is hidden, 50013 when `permissions` lack there. */
export function channelOf(world: World, bot: Bot, access: { channelId: string; permissions?: bigint }): LocatedChannel {
  const located = world.channel(access.channelId);
  if (located.kind === 'direct') {
    if (!located.channel.userIds.includes(bot.userId)) throw new ApiError(50001);
    return located;
  }
  if (!located.guild.hasMember(bot.userId)) throw new ApiError(50001);
  const granted = located.guild.permissionsOf(bot.userId, access.channelId);
  if ((granted & PermissionFlagsBits.ViewChannel) === 0n) throw new ApiError(50001);
  const needed = access.permissions ?? 0n;
  if ((granted & needed) !== needed) throw new ApiError(50013);
  return located;
}
