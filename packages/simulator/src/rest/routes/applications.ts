import { createHash } from 'node:crypto';
import type { Bot } from '../../world/bot.ts';
import type { World } from '../../world/world.ts';
import { botRoute, ok } from '../route.ts';
import type { Route } from '../route.ts';

/** docs: Application Resource */
export function applicationRoutes(world: World): Route[] {
  return [
    botRoute('GET', '/applications/@me', ({ bot }) => ok(applicationPayload(world, bot))),
    botRoute('GET', '/oauth2/applications/@me', ({ bot }) => ok(applicationPayload(world, bot))),
  ];
}

function applicationPayload(world: World, bot: Bot): Record<string, unknown> {
  const [firstGuildId] = world.guilds;
  const owner = firstGuildId === undefined ? bot.user : world.user(world.guild(firstGuildId).ownerId);
  return {
    id: bot.applicationId,
    name: bot.user.username,
    icon: null,
    description: '',
    type: null,
    flags: 0,
    flags_new: '0',
    bot: bot.user,
    bot_public: true,
    bot_require_code_grant: false,
    integration_types_config: { '0': {} },
    verify_key: createHash('sha256').update(bot.applicationId).digest('hex'),
    max_participants: null,
    tags: [],
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner,
    approximate_guild_count: bot.guildIds().length,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    event_webhooks_url: null,
    event_webhooks_status: 1,
    event_webhooks_types: [],
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: ['bot', 'applications.commands'],
  };
}
