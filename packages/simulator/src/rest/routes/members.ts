import { GatewayIntentBits, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import { ApiError } from '../../forms/api-error.ts';
import { parseForm, snowflakeField } from '../../forms/form-errors.ts';
import type { Guild } from '../../world/guild.ts';
import { compareSnowflakes } from '../../world/snowflake.ts';
import type { World } from '../../world/world.ts';
import { botRoute, noContent, ok } from '../route.ts';
import type { Answer, BotRequest, Route } from '../route.ts';
import { guildOf } from './access.ts';

const listQuery = z.object({
  limit: z.coerce.number().pipe(z.int().min(1).max(1000)).default(1),
  after: snowflakeField.default('0'),
});

/** docs: Guild Resource, Guild Member */
export function memberRoutes(world: World): Route[] {
  const member = '/guilds/{guild.id}/members/{user.id}';
  return [
    botRoute('GET', '/guilds/{guild.id}/members', (request) => listMembers(world, request)),
    botRoute('GET', member, ({ bot, param }) => {
      const guild = guildOf(world, bot, param('guild.id'));
      checkMember(world, guild, param('user.id'));
      return ok(guild.member(param('user.id')));
    }),
    botRoute('PUT', `${member}/roles/{role.id}`, (request) => {
      manageableRole(world, request).addRoleTo(request.param('user.id'), request.param('role.id'));
      return noContent;
    }),
    botRoute('DELETE', `${member}/roles/{role.id}`, (request) => {
      manageableRole(world, request).removeRoleFrom(request.param('user.id'), request.param('role.id'));
      return noContent;
    }),
  ];
}

function listMembers(world: World, { bot, query, param }: BotRequest): Answer {
  const guild = guildOf(world, bot, param('guild.id'));
  // The list is for apps with the privileged intent (docs: List Guild Members).
  if ((bot.privilegedIntents & GatewayIntentBits.GuildMembers) === 0) throw new ApiError(50001);
  const { limit, after } = parseForm(listQuery, Object.fromEntries(query));
  const userIds = [...guild.memberRecords.keys()]
    .filter((userId) => compareSnowflakes(userId, after) > 0)
    .toSorted(compareSnowflakes);
  return ok(userIds.slice(0, limit).map((userId) => guild.member(userId)));
}

/** Throws 10013 for somebody who does not exist, 10007 for one who is not in the guild. */
function checkMember(world: World, guild: Guild, userId: string): void {
  world.user(userId);
  if (!guild.hasMember(userId)) throw new ApiError(10007);
}

/**
 * The guild, when the bot may give and take this role: it has MANAGE_ROLES and stands above the role
 * (docs: Permissions, Permission Hierarchy). Throws 10004, 50001, 10013, 10007, 10011, 50013 or 50028.
 */
function manageableRole(world: World, { bot, param }: BotRequest): Guild {
  const guild = guildOf(world, bot, param('guild.id'));
  checkMember(world, guild, param('user.id'));
  const role = guild.role(param('role.id'));
  if ((guild.permissionsOf(bot.userId) & PermissionFlagsBits.ManageRoles) === 0n) throw new ApiError(50013);
  if (role.managed || role.id === guild.id) throw new ApiError(50028);
  if (role.position >= guild.rankOf(bot.userId)) throw new ApiError(50013);
  return guild;
}
