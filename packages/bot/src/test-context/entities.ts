import {
  ChannelType,
  type APIAttachment,
  type APIInteractionDataResolvedChannel,
  type APIMessage,
  type APIRole,
  type APIUser,
} from 'discord-api-types/v10';
import { discordPayload } from '@arrakis/discord-rest';
import { z } from 'zod';
import type { Message } from '../interaction/reply.ts';

const any = z.looseObject({});
const user = discordPayload<APIUser>(any);
const role = discordPayload<APIRole>(any);
const channel = discordPayload<APIInteractionDataResolvedChannel>(any);
const attachment = discordPayload<APIAttachment>(any);
const message = discordPayload<APIMessage>(any);

/** Something that a member chooses: Discord sends its id, and beside it what the id stands for. */
export interface TestEntity<Kind extends string, Value> {
  readonly kind: Kind;
  readonly id: string;
  readonly value: Value;
}

/** A user, who is a member of the guild. */
export type TestUser = TestEntity<'user', APIUser> & {
  readonly roles: readonly string[];
  readonly nick: string | null;
};
/** A role of the guild. */
export type TestRole = TestEntity<'role', APIRole>;
/** A channel of the guild. */
export type TestChannel = TestEntity<'channel', APIInteractionDataResolvedChannel>;
/** A file that a member has attached. */
export type TestFile = TestEntity<'attachment', APIAttachment>;
export type AnyEntity = TestUser | TestRole | TestChannel | TestFile;

/** Makes what members, roles, channels, files and messages look like at Discord. */
export class Entities {
  readonly #nextId: () => string;

  constructor(nextId: () => string) {
    this.#nextId = nextId;
  }

  /** A user, who is a member of the guild. */
  user({
    roles = [],
    nick = null,
    ...fields
  }: Partial<APIUser> & { readonly roles?: readonly string[]; readonly nick?: string | null } = {}): TestUser {
    const id = fields.id ?? this.#nextId();
    const defaults = { username: `user-${id.slice(-4)}`, discriminator: '0', global_name: null, avatar: null };
    return { kind: 'user', id, value: user.parse({ ...defaults, ...fields, id }), roles, nick };
  }

  role(fields: Partial<APIRole> = {}): TestRole {
    const id = fields.id ?? this.#nextId();
    return { kind: 'role', id, value: role.parse({ name: `role-${id.slice(-4)}`, permissions: '0', ...fields, id }) };
  }

  channel(fields: Partial<APIInteractionDataResolvedChannel> = {}): TestChannel {
    const id = fields.id ?? this.#nextId();
    const defaults = { type: ChannelType.GuildText, name: `channel-${id.slice(-4)}`, permissions: '0' };
    return { kind: 'channel', id, value: channel.parse({ ...defaults, ...fields, id }) };
  }

  file(fields: Partial<APIAttachment> = {}): TestFile {
    const id = fields.id ?? this.#nextId();
    const url = `https://cdn.discordapp.com/ephemeral-attachments/${id}/${fields.filename ?? 'file.txt'}`;
    const defaults = { filename: 'file.txt', size: 100, url, proxy_url: url };
    return { kind: 'attachment', id, value: attachment.parse({ ...defaults, ...fields, id }) };
  }

  /** A message in the channel of the interactions, by somebody else unless told otherwise. */
  message({ author = this.user(), ...fields }: Message & { readonly author?: TestUser } = {}): APIMessage {
    const defaults = { channel_id: '500', content: '', embeds: [], components: [], attachments: [], flags: 0 };
    return message.parse({ ...defaults, ...fields, id: this.#nextId(), author: author.value });
  }
}
