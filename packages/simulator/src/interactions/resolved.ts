import type { APIAttachment, APIRole, APIUser } from 'discord-api-types/v10';
import type { Guild } from '../world/guild.ts';
import type { Message } from '../world/message.ts';
import type { World } from '../world/world.ts';
import { refuse } from './refusal.ts';

/** A file that a member attaches to a command or a modal. */
export interface UploadedFile {
  filename: string;
  /** bytes */
  size: number;
  contentType?: string;
}

interface ResolvedData {
  users?: Record<string, APIUser>;
  members?: Record<string, Record<string, unknown>>;
  roles?: Record<string, APIRole>;
  channels?: Record<string, Record<string, unknown>>;
  messages?: Record<string, Message>;
  attachments?: Record<string, APIAttachment>;
}

/** The user and the place of an interaction, for which things are resolved. */
export interface ResolutionScope {
  world: World;
  guild: Guild | undefined;
  userId: string;
  botUserId: string;
}

/** Gathers what the ids in an interaction stand for (docs: Receiving and Responding, Resolved Data Structure). */
export class Resolution {
  readonly #scope: ResolutionScope;
  readonly #data: ResolvedData = {};

  constructor(scope: ResolutionScope) {
    this.#scope = scope;
  }

  /** Absent when nothing had to be resolved. */
  toPayload(): ResolvedData | undefined {
    return Object.keys(this.#data).length === 0 ? undefined : this.#data;
  }

  user(userId: string): void {
    const { world, guild } = this.#scope;
    if (!world.hasUser(userId)) refuse(`there is no user ${userId}`);
    (this.#data.users ??= {})[userId] = world.user(userId);
    if (guild === undefined || !guild.hasMember(userId)) return;
    const { user: _user, deaf: _deaf, mute: _mute, ...member } = guild.member(userId);
    const permissions = String(guild.permissionsOf(userId));
    (this.#data.members ??= {})[userId] = { ...member, permissions };
  }

  role(roleId: string): void {
    const role = this.#scope.guild?.roles.get(roleId) ?? refuse(`there is no role ${roleId} here`);
    (this.#data.roles ??= {})[roleId] = role;
  }

  /** A user, or else a role. */
  mentionable(id: string): void {
    if (this.#scope.guild?.roles.has(id)) this.role(id);
    else this.user(id);
  }

  channel(channelId: string, allowedTypes: readonly number[] = []): void {
    const { guild, userId, botUserId } = this.#scope;
    const channel = guild?.channels.get(channelId);
    if (guild === undefined || channel === undefined) return refuse(`there is no channel ${channelId} here`);
    if (allowedTypes.length > 0 && !allowedTypes.includes(channel.type)) {
      refuse(`channel ${channelId} has type ${channel.type}, allowed are ${allowedTypes.join(', ')}`);
    }
    const { permission_overwrites: _overwrites, ...partial } = channel;
    (this.#data.channels ??= {})[channelId] = {
      ...partial,
      permissions: String(guild.permissionsOf(userId, channelId)),
      app_permissions: String(guild.permissionsOf(botUserId, channelId)),
    };
  }

  message(message: Message): void {
    (this.#data.messages ??= {})[message.id] = message;
  }

  /** Returns the attachment's new id. */
  attachment(file: UploadedFile): string {
    const id = this.#scope.world.nextId();
    const url = `https://cdn.discordapp.com/ephemeral-attachments/${id}/${encodeURIComponent(file.filename)}`;
    const attachment: APIAttachment = {
      id,
      filename: file.filename,
      size: file.size,
      url,
      proxy_url: url.replace('cdn.discordapp.com', 'media.discordapp.net'),
      ephemeral: true,
    };
    if (file.contentType !== undefined) attachment.content_type = file.contentType;
    (this.#data.attachments ??= {})[id] = attachment;
    return id;
  }
}
