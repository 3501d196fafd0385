import { guildPayload } from '../../world/guild-payloads.ts';
import type { World } from '../../world/world.ts';
import { botRoute, ok } from '../route.ts';
import type { Answer, BotRequest, Route } from '../route.ts';
import { channelOf, guildOf } from './access.ts';
import { directChannelPayload } from './users.ts';

/** docs: Guild Resource, Channel Resource */
export function guildRoutes(world: World): Route[] {
  return [
    botRoute('GET', '/guilds/{guild.id}', (request) => getGuild(world, request)),
    botRoute('GET', '/guilds/{guild.id}/roles', ({ bot, param }) =>
      ok([...guildOf(world, bot, param('guild.id')).roles.values()]),
    ),
    botRoute('GET', '/guilds/{guild.id}/channels', ({ bot, param }) =>
      ok([...guildOf(world, bot, param('guild.id')).channels.values()]),
    ),
    botRoute('GET', '/channels/{channel.id}', (request) => getChannel(world, request)),
  ];
}

function getGuild(world: World, { bot, query, param }: BotRequest): Answer {
  const guild = guildOf(world, bot, param('guild.id'));
  if (!isTrue(query.get('with_counts'))) return ok(guildPayload(guild));
  const size = guild.memberRecords.size;
  return ok({ ...guildPayload(guild), approximate_member_count: size, approximate_presence_count: size });
}

function getChannel(world: World, { bot, param }: BotRequest): Answer {
  const located = channelOf(world, bot, { channelId: param('channel.id') });
  return ok(located.kind === 'guild' ? located.channel : directChannelPayload(world, located.channel, bot.userId));
}

/** docs: Reference, Boolean Query Strings */
export function isTrue(value: string | null): boolean {
  return value !== null && ['true', 'True', '1'].includes(value);
}
