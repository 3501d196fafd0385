import { GuildNSFWLevel, Locale } from 'discord-api-types/v10';
import type { APIGuild, APIPartialInteractionGuild, GatewayGuildCreateDispatchData } from 'discord-api-types/v10';
import type { Guild } from './guild.ts';
import { noFlags } from './records.ts';

/** Fields that Discord sends, and its OpenAPI description requires, but its documentation does not name. */
type UndocumentedGuildFields = { home_header: null; nsfw: boolean; incidents_data: null };

/** Guilds with more members are `large` (docs: Gateway Events, Guild Create). */
const largeThreshold = 50;

/** The guild object of REST and of GUILD_UPDATE (docs: Guild Resource). */
export function guildPayload(guild: Guild): APIGuild & UndocumentedGuildFields {
  const systemChannel = [...guild.channels.values()].find((channel) => channel.name === 'general');
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: [],
    banner: null,
    owner_id: guild.ownerId,
    application_id: null,
    region: 'deprecated',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: systemChannel?.id ?? null,
    system_channel_flags: noFlags,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 1,
    roles: [...guild.roles.values()],
    default_message_notifications: 1,
    mfa_level: 0,
    explicit_content_filter: 2,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: Locale.EnglishUS,
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: GuildNSFWLevel.Default,
    emojis: [],
    stickers: [],
    incidents_data: null,
    hub_type: null,
  };
}

/** GUILD_CREATE as the member receives it. */
export function guildCreatePayload(guild: Guild, userId: string): GatewayGuildCreateDispatchData {
  return {
    ...guildPayload(guild),
    joined_at: guild.member(userId).joined_at ?? '',
    large: guild.memberRecords.size > largeThreshold,
    unavailable: !guild.available,
    member_count: guild.memberRecords.size,
    voice_states: [],
    members: guild.members,
    channels: [...guild.channels.values()],
    threads: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

/** The little that an interaction tells of its guild. */
export function interactionGuildPayload(guild: Guild): APIPartialInteractionGuild {
  return { id: guild.id, features: [], locale: Locale.EnglishUS };
}
