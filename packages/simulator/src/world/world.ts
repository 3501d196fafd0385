import type { APIUser, GatewayGuildCreateDispatchData } from 'discord-api-types/v10';
import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { GatewayDirectory } from '../gateway/directory.ts';
import { createBot } from './bot.ts';
import type { Bot } from './bot.ts';
import { CommandRegistry } from './commands.ts';
import { Conversations } from './conversations.ts';
import type { DirectChannel } from './conversations.ts';
import type { Dispatch, DispatchSink } from './dispatch-sink.ts';
import { Guild } from './guild.ts';
import type { GuildChannel, GuildEvent, GuildSetting, Member, MemberRecord } from './guild.ts';
import { guildCreatePayload, guildPayload } from './guild-payloads.ts';
import type { Message } from './message.ts';
import type { NewGuildOptions, NewMemberOptions, NewUserOptions, WorldOptions } from './options.ts';
import { SeededRandom } from './random.ts';
import { newMember, newRole, newUser } from './records.ts';
import { furnishGuild, guildName, randomName, SeededPast } from './seed.ts';
import { SnowflakeGenerator } from './snowflake.ts';
import { timestamp } from './timestamp.ts';
import { UnknownEntityError } from './unknown-entity.ts';

/** A channel and where it is. */
export type LocatedChannel =
  | { kind: 'guild'; guild: Guild; channel: GuildChannel }
  | { kind: 'direct'; channel: DirectChannel };

/**
 * All that is in the simulated Discord: bots, users, guilds with members, roles and channels, messages, commands. Each change
 * is announced to the bots that would hear of it. Methods that name something unknown throw an UnknownEntityError.
 */
export class World implements GatewayDirectory {
  readonly bots: readonly Bot[];
  readonly commands = new CommandRegistry();
  readonly conversations: Conversations;
  readonly now: () => number;
  readonly random: SeededRandom;
  readonly #past: SeededPast;
  readonly #ids: SnowflakeGenerator;
  readonly #users = new Map<string, APIUser>();
  readonly #refusingDirectMessages = new Set<string>();
  readonly #guilds = new Map<string, Guild>();
  readonly #guildIdByChannel = new Map<string, string>();
  #sink: DispatchSink | undefined;

  constructor(options: WorldOptions = {}) {
    this.now = options.now ?? Date.now;
    this.random = new SeededRandom(options.seed ?? 1);
    this.#past = new SeededPast(this.random);
    this.#ids = new SnowflakeGenerator(this.now);
    this.conversations = new Conversations(
      {
        now: this.now,
        nextId: () => this.nextId(),
        announce: (channelId, type, data) => this.#announceInChannel(channelId, type, data),
        gatewayFields: (message) => this.#gatewayFields(message),
        noteLastMessage: (channelId, messageId) => this.#noteLastMessage(channelId, messageId),
      },
      options.messageCapacity ?? 20_000,
    );
    const bots = options.bots ?? 1;
    const botOptions = typeof bots === 'number' ? Array.from({ length: bots }, () => ({})) : bots;
    this.bots = botOptions.map((bot) => createBot(bot, { world: this, past: this.#past, users: this.#users }));
    for (let index = 0; index < (options.guilds ?? 2); index += 1) {
      this.addGuild({ name: guildName(index), members: options.membersPerGuild ?? 5 });
    }
  }

  /** From now on the world's events go to `sink`. */
  connect(sink: DispatchSink): void {
    this.#sink = sink;
  }

  dispatch(dispatch: Dispatch): void {
    this.#sink?.dispatch(dispatch);
  }

  nextId(): string {
    return this.#ids.next();
  }

  // Bots and users

  botByToken(token: string): Bot | undefined {
    return this.bots.find((bot) => bot.token === token);
  }

  bot(applicationId: string): Bot {
    const bot = this.bots.find((candidate) => candidate.applicationId === applicationId);
    if (bot === undefined) throw new UnknownEntityError('application', applicationId);
    return bot;
  }

  hasUser(userId: string): boolean {
    return this.#users.has(userId);
  }

  user(userId: string): APIUser {
    const user = this.#users.get(userId);
    if (user === undefined) throw new UnknownEntityError('user', userId);
    return user;
  }

  createUser(options: NewUserOptions = {}): APIUser {
    const name = randomName(this.random);
    const user = newUser(this.#past.id(), {
      username: options.username ?? name.username,
      globalName: options.globalName === undefined ? name.globalName : options.globalName,
      bot: options.bot ?? false,
    });
    this.#users.set(user.id, user);
    this.setAcceptsDirectMessages(user.id, options.acceptsDirectMessages ?? true);
    return user;
  }

  /** Changes a user; each guild that the user is in announces GUILD_MEMBER_UPDATE. */
  updateUser(userId: string, changes: Partial<Omit<APIUser, 'id'>>): APIUser {
    const user = { ...this.user(userId), ...changes };
    this.#users.set(userId, user);
    for (const guild of this.#guilds.values()) if (guild.hasMember(userId)) guild.updateMember(userId, {});
    return user;
  }

  acceptsDirectMessages(userId: string): boolean {
    return !this.#refusingDirectMessages.has(userId);
  }

  setAcceptsDirectMessages(userId: string, accepts: boolean): void {
    if (accepts) this.#refusingDirectMessages.delete(userId);
    else this.#refusingDirectMessages.add(userId);
  }

  // Guilds

  /** Ids of all guilds, unavailable ones included. */
  get guilds(): string[] {
    return [...this.#guilds.keys()];
  }

  hasGuild(guildId: string): boolean {
    return this.#guilds.has(guildId);
  }

  guild(guildId: string): Guild {
    const guild = this.#guilds.get(guildId);
    if (guild === undefined) throw new UnknownEntityError('guild', guildId);
    return guild;
  }

  /** The guild as GUILD_CREATE tells it; `unavailable` while an outage hides it. */
  guildCreate(applicationId: string, guildId: string): GatewayGuildCreateDispatchData {
    return guildCreatePayload(this.guild(guildId), this.bot(applicationId).userId);
  }

  /** A new guild that bots join (GUILD_CREATE). */
  addGuild(options: NewGuildOptions = {}): Guild {
    const owner = this.createUser();
    const name = options.name ?? guildName(this.#guilds.size);
    const guild = new Guild({ id: this.#past.id(), name, ownerId: owner.id }, this.#guildSetting());
    this.#guilds.set(guild.id, guild);
    furnishGuild(guild, this.#past);
    guild.memberRecords.set(owner.id, newMember(this.#past.timestamp()));
    for (let index = 1; index < (options.members ?? 1); index += 1) {
      guild.memberRecords.set(this.createUser().id, newMember(this.#past.timestamp()));
    }
    for (const applicationId of options.applicationIds ?? this.bots.map((bot) => bot.applicationId)) {
      this.addBot(guild.id, applicationId);
    }
    return guild;
  }

  /** Deletes a guild (GUILD_DELETE without `unavailable`). */
  removeGuild(guildId: string): void {
    const guild = this.guild(guildId);
    for (const bot of this.#botsIn(guild)) this.#announceGuildDelete(bot, guildId, false);
    for (const channelId of guild.channels.keys()) this.#guildIdByChannel.delete(channelId);
    this.#guilds.delete(guildId);
  }

  /** An outage begins (GUILD_DELETE with `unavailable`) or ends (GUILD_CREATE). */
  setGuildUnavailable(guildId: string, unavailable: boolean): void {
    const guild = this.guild(guildId);
    if (guild.available === !unavailable) return;
    guild.available = !unavailable;
    for (const bot of this.#botsIn(guild)) {
      if (unavailable) this.#announceGuildDelete(bot, guildId, true);
      else this.#announceGuildCreate(bot, guildId);
    }
  }

  /** Renames a guild (GUILD_UPDATE). */
  updateGuild(guildId: string, changes: { name: string }): void {
    const guild = this.guild(guildId);
    guild.name = changes.name;
    this.#announce(guild, { type: 'GUILD_UPDATE', data: { ...guildPayload(guild) } });
  }

  /** A bot joins a guild with a managed role of its own, below Moderator and Admin (GUILD_CREATE). */
  addBot(guildId: string, applicationId: string): void {
    const guild = this.guild(guildId);
    const bot = this.bot(applicationId);
    if (guild.hasMember(bot.userId)) return;
    const position = guild.roleNamed('Moderator').position;
    for (const role of guild.roles.values()) {
      if (role.position >= position) guild.roles.set(role.id, { ...role, position: role.position + 1 });
    }
    const role = newRole(this.#past.id(), {
      name: bot.user.username,
      position,
      permissions: String(bot.permissions),
      managed: true,
      tags: { bot_id: bot.userId },
    });
    guild.roles.set(role.id, role);
    guild.memberRecords.set(bot.userId, newMember(timestamp(this.now()), { roles: [role.id] }));
    this.#announceGuildCreate(bot, guildId);
  }

  /** A bot is removed from a guild (GUILD_DELETE without `unavailable` to it). */
  removeBot(guildId: string, applicationId: string): void {
    const bot = this.bot(applicationId);
    const guild = this.guild(guildId);
    guild.member(bot.userId);
    for (const role of guild.roles.values()) if (role.tags?.bot_id === bot.userId) guild.roles.delete(role.id);
    guild.removeMember(bot.userId);
    this.#announceGuildDelete(bot, guildId, false);
  }

  // Members and channels

  /** Somebody joins the guild (GUILD_MEMBER_ADD): `userId`, or somebody new. */
  addMember(guildId: string, options: NewMemberOptions = {}): Member {
    const { userId, nick = null, roles = [], pending = false, ...user } = options;
    const joining = userId === undefined ? this.createUser(user) : this.user(userId);
    return this.guild(guildId).addMember(joining.id, { nick, roles, pending });
  }

  /** Changes a member (GUILD_MEMBER_UPDATE). */
  updateMember(guildId: string, userId: string, changes: Partial<MemberRecord>): Member {
    return this.guild(guildId).updateMember(userId, changes);
  }

  /** A member leaves (GUILD_MEMBER_REMOVE); a bot by `removeBot`. */
  removeMember(guildId: string, userId: string): void {
    this.guild(guildId).removeMember(userId);
  }

  channel(channelId: string): LocatedChannel {
    const guild = this.#guilds.get(this.#guildIdByChannel.get(channelId) ?? '');
    const channel = guild?.channels.get(channelId);
    if (guild !== undefined && channel !== undefined) return { kind: 'guild', guild, channel };
    const direct = this.conversations.directChannelById(channelId);
    if (direct === undefined) throw new UnknownEntityError('channel', channelId);
    return { kind: 'direct', channel: direct };
  }

  // Events

  #announce(guild: Guild, event: GuildEvent): void {
    if (!guild.available) return;
    for (const bot of this.#botsIn(guild)) {
      if (event.channelId !== undefined && !canSee(guild, bot.userId, event.channelId)) continue;
      this.dispatch({
        applicationId: bot.applicationId,
        guildId: guild.id,
        type: event.type,
        data: event.data,
      });
    }
  }

  #announceInChannel(channelId: string, type: string, data: Record<string, unknown>): void {
    const located = this.channel(channelId);
    if (located.kind === 'guild') return this.#announce(located.guild, { type, data, channelId });
    for (const bot of this.bots) {
      if (!located.channel.userIds.includes(bot.userId)) continue;
      this.dispatch({ applicationId: bot.applicationId, guildId: null, type, data });
    }
  }

  #announceGuildDelete(bot: Bot, guildId: string, unavailable: boolean): void {
    const data = unavailable ? { id: guildId, unavailable } : { id: guildId };
    this.dispatch({ applicationId: bot.applicationId, guildId, type: 'GUILD_DELETE', data });
  }

  #announceGuildCreate(bot: Bot, guildId: string): void {
    const data = this.guildCreate(bot.applicationId, guildId);
    this.dispatch({ applicationId: bot.applicationId, guildId, type: 'GUILD_CREATE', data });
  }

  #gatewayFields(message: Message): Record<string, unknown> {
    const located = this.channel(message.channel_id);
    const channelType = { channel_type: located.channel.type };
    if (located.kind === 'direct') return channelType;
    const record = located.guild.memberRecords.get(message.author.id);
    const member = record === undefined ? {} : { member: record };
    return { ...channelType, ...member, guild_id: located.guild.id };
  }

  #noteLastMessage(channelId: string, messageId: string): void {
    const located = this.channel(channelId);
    if (located.kind !== 'guild' || !('last_message_id' in located.channel)) return;
    located.guild.putChannel({ ...located.channel, last_message_id: messageId });
  }

  #botsIn(guild: Guild): Bot[] {
    return this.bots.filter((bot) => guild.hasMember(bot.userId));
  }

  #guildSetting(): GuildSetting {
    return {
      users: this.#users,
      guildIdByChannel: this.#guildIdByChannel,
      now: this.now,
      nextId: () => this.nextId(),
      announce: (guild, event) => this.#announce(guild, event),
    };
  }
}

function canSee(guild: Guild, userId: string, channelId: string): boolean {
  return (guild.permissionsOf(userId, channelId) & PermissionFlagsBits.ViewChannel) !== 0n;
}
