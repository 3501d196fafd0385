import { ChannelType, InteractionContextType, Locale, PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIUser, InteractionType } from 'discord-api-types/v10';
import type { Bot } from '../world/bot.ts';
import type { Guild } from '../world/guild.ts';
import { interactionGuildPayload } from '../world/guild-payloads.ts';
import type { InteractionMetadata } from '../world/message.ts';
import type { World } from '../world/world.ts';
import { refuse } from './refusal.ts';
import type { ResolutionScope } from './resolved.ts';

/** Who does something, and where. */
export interface Invocation {
  /** default: the only bot, or the first */
  applicationId?: string;
  /** null: in the private channel with the bot */
  guildId: string | null;
  userId: string;
  /** default: the first text channel of the guild that the member can see */
  channelId?: string;
  /** the member's language; default en-US */
  locale?: Locale;
}

/** Where an interaction takes place, checked. */
export interface InteractionSetting extends ResolutionScope {
  bot: Bot;
  user: APIUser;
  channelId: string;
  locale: Locale;
}

const attachmentSizeLimit = 10 * 1024 * 1024;

/** Finds bot, member and channel. Refuses what Discord's client would not offer. */
export function interactionSetting(world: World, invocation: Invocation): InteractionSetting {
  const { userId } = invocation;
  const applicationId = invocation.applicationId ?? world.bots[0]?.applicationId;
  if (applicationId === undefined) return refuse('there is no bot');
  const bot = world.bot(applicationId);
  const user = world.user(userId);
  const common = { world, bot, botUserId: bot.userId, userId, user, locale: invocation.locale ?? Locale.EnglishUS };
  if (invocation.guildId === null) {
    const { id } = world.conversations.directChannel(bot.userId, userId);
    return { ...common, guild: undefined, channelId: id };
  }
  const guild = world.guild(invocation.guildId);
  if (!guild.hasMember(userId)) refuse(`user ${userId} is not in guild ${guild.id}`);
  if (!guild.hasMember(bot.userId)) refuse(`the bot is not in guild ${guild.id}`);
  const channelId = invocation.channelId ?? firstTextChannel(guild, userId);
  if ((guild.permissionsOf(userId, channelId) & PermissionFlagsBits.ViewChannel) === 0n) {
    refuse(`user ${userId} cannot see channel ${channelId}`);
  }
  return { ...common, guild, channelId };
}

function firstTextChannel(guild: Guild, userId: string): string {
  for (const channel of guild.channels.values()) {
    if (channel.type !== ChannelType.GuildText) continue;
    if ((guild.permissionsOf(userId, channel.id) & PermissionFlagsBits.ViewChannel) !== 0n) return channel.id;
  }
  return refuse(`user ${userId} sees no text channel in guild ${guild.id}`);
}

/** Installed to the guild, or reached in the private channel with the bot (docs: Authorizing Integration Owners Object). */
function integrationOwners(setting: InteractionSetting): Record<string, string> {
  return { '0': setting.guild?.id ?? '0' };
}

/** What an interaction carries besides its data (docs: Receiving and Responding, Interaction Structure). */
export function interactionEnvelope(setting: InteractionSetting): Record<string, unknown> {
  const { bot, guild, user, locale, channelId } = setting;
  const common = {
    application_id: bot.applicationId,
    version: 1,
    locale,
    channel_id: channelId,
    entitlements: [],
    authorizing_integration_owners: integrationOwners(setting),
    attachment_size_limit: attachmentSizeLimit,
  };
  if (guild === undefined) {
    const channel = { id: channelId, type: ChannelType.DM, flags: 0, last_message_id: null, recipients: [user] };
    return {
      ...common,
      user,
      channel,
      context: InteractionContextType.BotDM,
      app_permissions: String(directMessagePermissions),
    };
  }
  const { permission_overwrites: _overwrites, ...channel } =
    guild.channels.get(channelId) ?? refuse(`there is no channel ${channelId}`);
  const permissions = String(guild.permissionsOf(user.id, channelId));
  return {
    ...common,
    member: { ...guild.member(user.id), permissions },
    channel: { ...channel, permissions },
    guild: interactionGuildPayload(guild),
    guild_id: guild.id,
    guild_locale: interactionGuildPayload(guild).locale,
    context: InteractionContextType.Guild,
    app_permissions: String(guild.permissionsOf(bot.userId, channelId)),
  };
}

/** docs: Interaction Structure, note on app_permissions */
const directMessagePermissions =
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.MentionEveryone |
  PermissionFlagsBits.UseExternalEmojis;

/** What messages tell of the interaction that caused them (docs: Message Interaction Metadata Object). */
export function interactionMetadata(
  id: string,
  type: InteractionType,
  setting: InteractionSetting,
): InteractionMetadata {
  return { id, type, user: setting.user, authorizing_integration_owners: integrationOwners(setting) };
}
