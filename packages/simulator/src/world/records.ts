import { ChannelType } from 'discord-api-types/v10';
import type { APIRole, APITextChannel, APIUser } from 'discord-api-types/v10';
import type { MemberRecord } from './guild.ts';

/** No flag set; typed as a number because Discord's flag enumerations name no zero. */
export const noFlags: number = 0;

export function newUser(id: string, options: { username: string; globalName: string | null; bot: boolean }): APIUser {
  return {
    id,
    username: options.username,
    avatar: null,
    // Bots keep a discriminator, people have had none since 2023 (docs: Users Resource).
    discriminator: options.bot ? String(1000 + (Number(BigInt(id) >> 22n) % 9000)) : '0',
    public_flags: noFlags,
    flags: noFlags,
    bot: options.bot,
    banner: null,
    accent_color: null,
    global_name: options.globalName,
    avatar_decoration_data: null,
    collectibles: null,
    primary_guild: null,
  };
}

export function newMember(joinedAt: string, fields: Partial<MemberRecord> = {}): MemberRecord {
  return {
    nick: null,
    avatar: null,
    banner: null,
    roles: [],
    joined_at: joinedAt,
    premium_since: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: noFlags,
    communication_disabled_until: null,
    ...fields,
  };
}

export function newRole(id: string, fields: Partial<APIRole> = {}): APIRole {
  return {
    id,
    name: 'new role',
    permissions: '0',
    position: 1,
    color: 0,
    colors: { primary_color: fields.color ?? 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: false,
    mentionable: false,
    icon: null,
    unicode_emoji: null,
    flags: noFlags,
    ...fields,
  };
}

export function newTextChannel(id: string, fields: Partial<APITextChannel> & { guild_id: string }): APITextChannel {
  return {
    id,
    type: ChannelType.GuildText,
    name: 'new-channel',
    position: 0,
    flags: noFlags,
    parent_id: null,
    topic: null,
    nsfw: false,
    last_message_id: null,
    last_pin_timestamp: null,
    rate_limit_per_user: 0,
    permission_overwrites: [],
    ...fields,
  };
}
