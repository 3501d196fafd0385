import type {
  APIGuildCategoryChannel,
  APIGuildMember,
  APIGuildVoiceChannel,
  APIRole,
  APITextChannel,
  APIUser,
} from 'discord-api-types/v10';
import { channelPermissions, guildPermissions } from './permissions.ts';
import type { PermissionSubject } from './permissions.ts';
import { newMember, newRole, newTextChannel } from './records.ts';
import { timestamp } from './timestamp.ts';
import { UnknownEntityError } from './unknown-entity.ts';

/** The channel types that the simulated guilds have. */
export type GuildChannel = APITextChannel | APIGuildVoiceChannel | APIGuildCategoryChannel;

/** A member as stored; the user is kept once for all guilds. */
export type MemberRecord = Required<Omit<APIGuildMember, 'user' | 'avatar_decoration_data' | 'collectibles'>>;

/** A member as others see it, with the user. */
export type Member = MemberRecord & { user: APIUser };

/** What a guild needs of the world around it. */
export interface GuildSetting {
  readonly users: ReadonlyMap<string, APIUser>;
  /** the world's index of channels by guild id, which each guild keeps true for its own */
  readonly guildIdByChannel: Map<string, string>;
  now(): number;
  nextId(): string;
  /** sends an event to the bots in the guild; with a channel, to those that can see it */
  announce(guild: Guild, event: GuildEvent): void;
}

export interface GuildEvent {
  type: string;
  data: Record<string, unknown>;
  channelId?: string;
}

/**
 * One guild: its roles, channels and members. Records in the maps are never changed in place but replaced, so that what was
 * dispatched or recorded stays as it was.
 */
export class Guild {
  readonly id: string;
  readonly ownerId: string;
  name: string;
  /** False while an outage hides the guild from its bots. */
  available = true;
  readonly roles = new Map<string, APIRole>();
  readonly channels = new Map<string, GuildChannel>();
  /** by user id */
  readonly memberRecords = new Map<string, MemberRecord>();
  readonly #setting: GuildSetting;

  constructor(identity: { id: string; name: string; ownerId: string }, setting: GuildSetting) {
    this.id = identity.id;
    this.name = identity.name;
    this.ownerId = identity.ownerId;
    this.#setting = setting;
  }

  get members(): Member[] {
    return Array.from(this.memberRecords.keys(), (userId) => this.member(userId));
  }

  hasMember(userId: string): boolean {
    return this.memberRecords.has(userId);
  }

  /** Throws an UnknownEntityError when the user is not in this guild. */
  member(userId: string): Member {
    const record = this.memberRecords.get(userId);
    const user = this.#setting.users.get(userId);
    if (record === undefined || user === undefined) throw new UnknownEntityError('member', userId);
    return { ...record, user };
  }

  /** Throws an UnknownEntityError. */
  role(roleId: string): APIRole {
    const role = this.roles.get(roleId);
    if (role === undefined) throw new UnknownEntityError('role', roleId);
    return role;
  }

  roleNamed(name: string): APIRole {
    for (const role of this.roles.values()) if (role.name === name) return role;
    throw new UnknownEntityError('role', name);
  }

  channelNamed(name: string): GuildChannel {
    for (const channel of this.channels.values()) if (channel.name === name) return channel;
    throw new UnknownEntityError('channel', name);
  }

  /** What the member may do in the guild, or in one of its channels. */
  permissionsOf(userId: string, channelId?: string): bigint {
    const subject = this.#permissionSubject(userId);
    if (channelId === undefined) return guildPermissions(subject);
    const channel = this.channels.get(channelId);
    if (channel === undefined) throw new UnknownEntityError('channel', channelId);
    return channelPermissions(subject, channel.permission_overwrites ?? []);
  }

  /**
   * Where the member stands in the hierarchy: the position of the highest role, above every role for the owner
   * (docs: Permissions, Permission Hierarchy).
   */
  rankOf(userId: string): number {
    if (userId === this.ownerId) return Number.POSITIVE_INFINITY;
    return Math.max(0, ...this.member(userId).roles.map((roleId) => this.roles.get(roleId)?.position ?? 0));
  }

  #permissionSubject(userId: string): PermissionSubject {
    const member = this.member(userId);
    const timedOutUntil = member.communication_disabled_until;
    return {
      userId,
      guildId: this.id,
      isOwner: userId === this.ownerId,
      isTimedOut: timedOutUntil !== null && Date.parse(timedOutUntil) > this.#setting.now(),
      roles: member.roles.map((roleId) => this.role(roleId)),
      everyone: this.role(this.id),
    };
  }

  /** A user joins (GUILD_MEMBER_ADD). Who is in the guild already stays as is. */
  addMember(userId: string, fields: Partial<MemberRecord> = {}): Member {
    if (this.hasMember(userId)) return this.member(userId);
    for (const roleId of fields.roles ?? []) this.role(roleId);
    this.memberRecords.set(userId, newMember(timestamp(this.#setting.now()), fields));
    const member = this.member(userId);
    this.#announce('GUILD_MEMBER_ADD', { ...member });
    return member;
  }

  /** Changes a member (GUILD_MEMBER_UPDATE). */
  updateMember(userId: string, changes: Partial<MemberRecord>): Member {
    const { user: _, ...record } = this.member(userId);
    for (const roleId of changes.roles ?? []) this.role(roleId);
    this.memberRecords.set(userId, { ...record, ...changes });
    const member = this.member(userId);
    this.#announce('GUILD_MEMBER_UPDATE', { ...member });
    return member;
  }

  /** A member leaves or is removed (GUILD_MEMBER_REMOVE). */
  removeMember(userId: string): void {
    const { user } = this.member(userId);
    this.memberRecords.delete(userId);
    this.#announce('GUILD_MEMBER_REMOVE', { user });
  }

  /** Gives a role (GUILD_MEMBER_UPDATE); whoever has it already keeps it, and nothing is announced. */
  addRoleTo(userId: string, roleId: string): void {
    const { roles } = this.member(userId);
    this.role(roleId);
    if (!roles.includes(roleId)) this.updateMember(userId, { roles: [...roles, roleId] });
  }

  /** Takes a role away (GUILD_MEMBER_UPDATE); nothing is announced when the member had none. */
  removeRoleFrom(userId: string, roleId: string): void {
    const { roles } = this.member(userId);
    this.role(roleId);
    if (roles.includes(roleId)) this.updateMember(userId, { roles: roles.filter((id) => id !== roleId) });
  }

  /** A new role (GUILD_ROLE_CREATE), at the bottom unless a position is given. */
  createRole(fields: Partial<Omit<APIRole, 'id'>> = {}): APIRole {
    return this.#putRole('GUILD_ROLE_CREATE', newRole(this.#setting.nextId(), fields));
  }

  updateRole(roleId: string, changes: Partial<Omit<APIRole, 'id'>>): APIRole {
    return this.#putRole('GUILD_ROLE_UPDATE', { ...this.role(roleId), ...changes });
  }

  /** Deletes a role (GUILD_ROLE_DELETE) and takes it from every member. */
  deleteRole(roleId: string): void {
    this.role(roleId);
    this.roles.delete(roleId);
    for (const [userId, record] of this.memberRecords) {
      const roles = record.roles.filter((id) => id !== roleId);
      if (roles.length < record.roles.length) this.memberRecords.set(userId, { ...record, roles });
    }
    this.#announce('GUILD_ROLE_DELETE', { role_id: roleId });
  }

  /** A new text channel (CHANNEL_CREATE). */
  createChannel(fields: Partial<Omit<APITextChannel, 'id' | 'type' | 'guild_id'>> = {}): APITextChannel {
    const channel = newTextChannel(this.#setting.nextId(), { ...fields, guild_id: this.id });
    this.putChannel(channel);
    this.#announce('CHANNEL_CREATE', { ...channel }, channel.id);
    return channel;
  }

  /** Deletes a channel (CHANNEL_DELETE). */
  deleteChannel(channelId: string): void {
    const channel = this.channels.get(channelId);
    if (channel === undefined) throw new UnknownEntityError('channel', channelId);
    this.#announce('CHANNEL_DELETE', { ...channel }, channelId);
    this.channels.delete(channelId);
    this.#setting.guildIdByChannel.delete(channelId);
  }

  /** Adds or replaces a channel without telling anybody. */
  putChannel(channel: GuildChannel): void {
    this.channels.set(channel.id, channel);
    this.#setting.guildIdByChannel.set(channel.id, this.id);
  }

  #putRole(type: string, role: APIRole): APIRole {
    this.roles.set(role.id, role);
    this.#announce(type, { role });
    return role;
  }

  #announce(type: string, data: Record<string, unknown>, channelId?: string): void {
    const event: GuildEvent = { type, data: { ...data, guild_id: this.id } };
    this.#setting.announce(this, channelId === undefined ? event : { ...event, channelId });
  }
}
