import { ChannelType, OverwriteType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIRole } from 'discord-api-types/v10';
import type { Guild, GuildChannel } from './guild.ts';
import type { SeededRandom } from './random.ts';
import { snowflakeAt } from './snowflake.ts';
import { timestamp } from './timestamp.ts';
import { newRole, newTextChannel, noFlags } from './records.ts';

const firstNames = [
  'Aiko', 'Amara', 'Ben', 'Bilal', 'Carla', 'Chen', 'Dana', 'Diego', 'Elif', 'Emil', 'Farah', 'Finn', 'Greta', 'Hugo', 'Ines',
  'Ivan', 'Jonas', 'June', 'Kofi', 'Lea', 'Liam', 'Maya', 'Milo', 'Nadia', 'Noor', 'Olga', 'Omar', 'Priya', 'Quinn', 'Rosa',
  'Sam', 'Sofia', 'Tariq', 'Tess', 'Uma', 'Viktor', 'Wren', 'Yara', 'Yusuf', 'Zoe',
]; // prettier-ignore

const guildNames = [
  'Sietch Tabr', 'Carthag', 'Arrakeen', 'Caladan', 'Giedi Prime', 'Salusa Secundus', 'Ix', 'Wallach IX', 'Kaitain', 'Tleilax',
]; // prettier-ignore

const earliestMs = Date.UTC(2018, 0, 1);
const latestMs = Date.UTC(2025, 0, 1);

/** What @everyone may do in a new guild, near enough to Discord's own default. */
const everyonePermissions =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.AddReactions |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.UseApplicationCommands |
  PermissionFlagsBits.ChangeNickname |
  PermissionFlagsBits.Connect |
  PermissionFlagsBits.Speak;

/** What a bot's own role grants unless a test asks for less: enough to greet, moderate and manage roles, not Administrator. */
export const defaultBotPermissions: bigint =
  everyonePermissions |
  PermissionFlagsBits.ManageRoles |
  PermissionFlagsBits.ManageMessages |
  PermissionFlagsBits.ManageNicknames |
  PermissionFlagsBits.KickMembers |
  PermissionFlagsBits.ModerateMembers;

const moderatorPermissions =
  PermissionFlagsBits.ManageMessages | PermissionFlagsBits.KickMembers | PermissionFlagsBits.ModerateMembers;

export function guildName(index: number): string {
  const name = guildNames[index % guildNames.length] ?? 'Guild';
  return index < guildNames.length ? name : `${name} ${Math.floor(index / guildNames.length) + 1}`;
}

export function randomName(random: SeededRandom): { username: string; globalName: string } {
  const globalName = random.pick(firstNames);
  return { username: `${globalName.toLowerCase()}${random.integer(10, 99_999)}`, globalName };
}

/** Ids, times and tokens of what existed before the simulation began; the same for the same seed. */
export class SeededPast {
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  id(): string {
    return snowflakeAt(this.#random.integer(earliestMs, latestMs), this.#random.integer(0, 4095));
  }

  timestamp(): string {
    return timestamp(this.#random.integer(latestMs, latestMs + 31_536_000_000));
  }

  /** The three parts of a real bot token: the application id, a time, a signature. */
  token(applicationId: string): string {
    return `${Buffer.from(applicationId).toString('base64url')}.${this.#random.text(6)}.${this.#random.text(38)}`;
  }
}

/**
 * Roles and channels of a new guild. Roles from below: @everyone, Member, Verified, (bots' own roles), Moderator, Admin.
 * Channels: general and random for all, staff for Moderator and Admin alone, Lounge for voices.
 */
export function furnishGuild(guild: Guild, past: SeededPast): void {
  const roles: APIRole[] = [
    newRole(guild.id, { name: '@everyone', position: 0, permissions: String(everyonePermissions) }),
    newRole(past.id(), { name: 'Member', position: 1, color: 0x3498db }),
    newRole(past.id(), { name: 'Verified', position: 2, color: 0x2ecc71, hoist: true }),
    newRole(past.id(), {
      name: 'Moderator',
      position: 3,
      permissions: String(moderatorPermissions),
      hoist: true,
    }),
    newRole(past.id(), {
      name: 'Admin',
      position: 4,
      permissions: String(PermissionFlagsBits.Administrator),
    }),
  ];
  for (const role of roles) guild.roles.set(role.id, role);
  for (const channel of newChannels(guild, past)) guild.putChannel(channel);
}

function newChannels(guild: Guild, past: SeededPast): GuildChannel[] {
  const view = String(PermissionFlagsBits.ViewChannel);
  const guildId = guild.id;
  const textId = past.id();
  const staffOnly = [
    { id: guildId, type: OverwriteType.Role, allow: '0', deny: view },
    { id: guild.roleNamed('Moderator').id, type: OverwriteType.Role, allow: view, deny: '0' },
  ];
  return [
    { id: textId, type: ChannelType.GuildCategory, name: 'Text', guild_id: guildId, position: 0, flags: noFlags, parent_id: null, permission_overwrites: [] },
    newTextChannel(past.id(), { guild_id: guildId, name: 'general', position: 0, parent_id: textId }),
    newTextChannel(past.id(), { guild_id: guildId, name: 'random', position: 1, parent_id: textId }),
    newTextChannel(past.id(), { guild_id: guildId, name: 'staff', position: 2, permission_overwrites: staffOnly }),
    {
      id: past.id(), type: ChannelType.GuildVoice, name: 'Lounge', guild_id: guildId, position: 0, flags: noFlags, parent_id: null,
      bitrate: 64_000, user_limit: 0, rtc_region: null, rate_limit_per_user: 0, nsfw: false, last_message_id: null, permission_overwrites: [],
    },
  ]; // prettier-ignore
}
