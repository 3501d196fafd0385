import { z } from 'zod';
import type { Guild } from '../world/guild.ts';
import type { World } from '../world/world.ts';
import { route } from './route.ts';
import type { ControlRoute } from './route.ts';

const guildVariable = { guildId: z.string() };
const memberVariables = { ...guildVariable, userId: z.string() };
const newUser = {
  username: z.string().min(1).exactOptional(),
  globalName: z.string().nullable().exactOptional(),
  acceptsDirectMessages: z.boolean().exactOptional(),
};
const memberFields = {
  nick: z.string().nullable().exactOptional(),
  roles: z.array(z.string()).exactOptional(),
  pending: z.boolean().exactOptional(),
};
/** Members that one request may add. */
const maximumNewMembers = 10_000;

/** Guilds and members, and what happens to them. */
export function worldRoutes(world: World): ControlRoute[] {
  return [...guildRoutes(world), ...memberRoutes(world)];
}

function guildRoutes(world: World): ControlRoute[] {
  return [
    route(['GET', '/guilds'], z.strictObject({}), () => world.guilds.map((id) => guildSummary(world.guild(id)))),
    route(['GET', '/guilds/:guildId'], z.strictObject(guildVariable), ({ guildId }) =>
      guildDetails(world.guild(guildId)),
    ),
    route(
      ['POST', '/guilds'],
      z.strictObject({ name: z.string().min(1).exactOptional(), members: z.int().positive().exactOptional() }),
      (options) => guildDetails(world.addGuild(options)),
    ),
    route(['DELETE', '/guilds/:guildId'], z.strictObject(guildVariable), ({ guildId }) => {
      world.removeGuild(guildId);
      return {};
    }),
    route(
      ['PATCH', '/guilds/:guildId'],
      z.strictObject({
        ...guildVariable,
        name: z.string().min(1).exactOptional(),
        unavailable: z.boolean().exactOptional(),
      }),
      ({ guildId, name, unavailable }) => {
        if (name !== undefined) world.updateGuild(guildId, { name });
        if (unavailable !== undefined) world.setGuildUnavailable(guildId, unavailable);
        return guildSummary(world.guild(guildId));
      },
    ),
  ];
}

function memberRoutes(world: World): ControlRoute[] {
  return [
    route(
      ['POST', '/guilds/:guildId/members'],
      z.strictObject({
        ...guildVariable,
        ...newUser,
        ...memberFields,
        userId: z.string().exactOptional(),
        count: z.int().positive().max(maximumNewMembers).default(1),
      }),
      ({ guildId, count, ...member }) => Array.from({ length: count }, () => world.addMember(guildId, member)),
    ),
    route(
      ['PATCH', '/guilds/:guildId/members/:userId'],
      z.strictObject({ ...memberVariables, ...memberFields }),
      ({ guildId, userId, ...changes }) => world.updateMember(guildId, userId, changes),
    ),
    route(['DELETE', '/guilds/:guildId/members/:userId'], z.strictObject(memberVariables), ({ guildId, userId }) => {
      world.removeMember(guildId, userId);
      return {};
    }),
  ];
}

function guildSummary(guild: Guild) {
  return { id: guild.id, name: guild.name, available: guild.available, memberCount: guild.memberRecords.size };
}

function guildDetails(guild: Guild) {
  const { id, name, available, ownerId, members } = guild;
  return {
    id,
    name,
    available,
    ownerId,
    members,
    roles: [...guild.roles.values()],
    channels: [...guild.channels.values()],
  };
}
