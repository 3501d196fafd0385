import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import { ApiError } from '../../forms/api-error.ts';
import { invalidForm, parseForm, snowflakeField } from '../../forms/form-errors.ts';
import { channelMessageFlags, editedMessageFlags, isEmptyMessage, parseMessageForm } from '../../forms/message.ts';
import type { MessageForm } from '../../forms/message.ts';
import type { Bot } from '../../world/bot.ts';
import type { DirectChannel } from '../../world/conversations.ts';
import { findMentions } from '../../world/mentions.ts';
import type { Mentions, Message, MessageContent } from '../../world/message.ts';
import { compareSnowflakes } from '../../world/snowflake.ts';
import type { LocatedChannel, World } from '../../world/world.ts';
import { botRoute, noContent, ok } from '../route.ts';
import type { Answer, BotRequest, Route } from '../route.ts';
import { channelOf } from './access.ts';
import { attachmentsAfter } from './attachments.ts';
import { RecentNonces } from './recent-nonces.ts';

const listQuery = z.object({
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(50),
  before: snowflakeField.optional(),
  after: snowflakeField.optional(),
  around: snowflakeField.optional(),
});

/** docs: Message Resource */
export function messageRoutes(world: World): Route[] {
  const messages = '/channels/{channel.id}/messages';
  const nonces = new RecentNonces();
  return [
    botRoute('GET', messages, (request) => listMessages(world, request)),
    botRoute('POST', messages, (request) => createMessage(world, nonces, request)),
    botRoute('GET', `${messages}/{message.id}`, (request) => {
      channelOf(world, request.bot, { channelId: request.param('channel.id'), permissions: reading });
      return ok(messageOf(world, request));
    }),
    botRoute('PATCH', `${messages}/{message.id}`, (request) => editMessage(world, request)),
    botRoute('DELETE', `${messages}/{message.id}`, (request) => deleteMessage(world, request)),
  ];
}

const reading = PermissionFlagsBits.ReadMessageHistory;

function messageOf(world: World, { param }: BotRequest): Message {
  return world.conversations.get(param('channel.id'), param('message.id'));
}

/** Newest first (docs: Get Channel Messages). */
function listMessages(world: World, { bot, query, param }: BotRequest): Answer {
  const channelId = param('channel.id');
  channelOf(world, bot, { channelId, permissions: reading });
  const { limit, before, after, around } = parseForm(listQuery, Object.fromEntries(query));
  const newestFirst = world.conversations.inChannel(channelId).toReversed();
  if (around !== undefined) {
    const index = newestFirst.findIndex((message) => compareSnowflakes(message.id, around) <= 0);
    const start = Math.max(0, (index === -1 ? newestFirst.length : index) - Math.floor(limit / 2));
    return ok(newestFirst.slice(start, start + limit));
  }
  if (after !== undefined) {
    return ok(newestFirst.filter((message) => compareSnowflakes(message.id, after) > 0).slice(-limit));
  }
  const older = newestFirst.filter((message) => before === undefined || compareSnowflakes(message.id, before) < 0);
  return ok(older.slice(0, limit));
}

function createMessage(world: World, nonces: RecentNonces, request: BotRequest): Answer {
  const { bot, files } = request;
  const channelId = request.param('channel.id');
  const located = channelOf(world, bot, { channelId, permissions: PermissionFlagsBits.SendMessages });
  const form = parseMessageForm(request.body ?? {}, { settableFlags: channelMessageFlags });
  if (isEmptyMessage(form) && files.length === 0) throw new ApiError(50006);
  checkSendable(world, bot, located);
  const repeated = form.enforceNonce ? nonces.find(bot.userId, form.nonce) : undefined;
  const known = repeated && world.conversations.find(repeated.channelId, repeated.messageId);
  if (known !== undefined) return ok(known);
  const reference = form.reference && referenceOf(world, channelId, form.reference);
  const attachments = attachmentsAfter(world, { named: form.attachments, files, channelId });
  const message = world.conversations.post({
    ...contentOf(world, form, { located, bot, reference }),
    channelId,
    author: bot.user,
    tts: form.tts,
    flags: form.flags ?? 0,
    ...(attachments !== undefined && { attachments }),
    ...(form.nonce !== undefined && { nonce: form.nonce }),
    ...(reference !== undefined && { reference }),
  });
  nonces.note(bot.userId, form.nonce, { channelId, messageId: message.id });
  return ok(message);
}

function editMessage(world: World, request: BotRequest): Answer {
  const { bot, files } = request;
  const channelId = request.param('channel.id');
  const located = channelOf(world, bot, { channelId });
  const message = messageOf(world, request);
  if (message.author.id !== bot.userId) throw new ApiError(50005);
  const form = parseMessageForm(request.body ?? {}, { editedFlags: message.flags, settableFlags: editedMessageFlags });
  const attachments = attachmentsAfter(world, {
    named: form.attachments,
    files,
    channelId,
    present: message.attachments,
  });
  const changes: MessageContent = {
    ...contentOf(world, form, { located, bot, reference: undefined }),
    ...(attachments !== undefined && { attachments }),
    flags: message.flags | ((form.flags ?? 0) & editedMessageFlags),
  };
  if (isEmptyMessage({ ...message, ...changes })) throw new ApiError(50006);
  return ok(world.conversations.edit(channelId, message.id, changes));
}

function deleteMessage(world: World, request: BotRequest): Answer {
  const { bot } = request;
  const channelId = request.param('channel.id');
  const located = channelOf(world, bot, { channelId });
  const message = messageOf(world, request);
  if (message.author.id !== bot.userId) {
    const mayModerate =
      located.kind === 'guild' &&
      (located.guild.permissionsOf(bot.userId, channelId) & PermissionFlagsBits.ManageMessages) !== 0n;
    if (!mayModerate) throw new ApiError(50013);
  }
  world.conversations.delete(channelId, message.id);
  return noContent;
}

/** Throws 50008 in a channel without text; 50007 and 50278 for a user whom the bot cannot write to. */
function checkSendable(world: World, bot: Bot, located: LocatedChannel): void {
  if (located.kind === 'direct') return checkRecipient(world, bot, located.channel);
  if (located.channel.type === ChannelType.GuildCategory) throw new ApiError(50008);
}

function checkRecipient(world: World, bot: Bot, channel: DirectChannel): void {
  const recipientId = channel.userIds.find((userId) => userId !== bot.userId) ?? '';
  if (world.user(recipientId).bot === true || !world.acceptsDirectMessages(recipientId)) throw new ApiError(50007);
  const haveGuildInCommon = bot.guildIds().some((guildId) => world.guild(guildId).hasMember(recipientId));
  if (!haveGuildInCommon) throw new ApiError(50278);
}

function referenceOf(
  world: World,
  channelId: string,
  reference: NonNullable<MessageForm['reference']>,
): Message | undefined {
  const message = world.conversations.find(channelId, reference.messageId);
  if (message !== undefined || !reference.failIfNotExists) return message;
  return invalidForm(['message_reference'], { code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' });
}

interface Authorship {
  located: LocatedChannel;
  bot: Bot;
  reference: Message | undefined;
}

function contentOf(world: World, form: MessageForm, authorship: Authorship): MessageContent {
  return {
    ...(form.content !== undefined && { content: form.content, mentions: mentionsOf(world, form, authorship) }),
    ...(form.embeds !== undefined && { embeds: form.embeds }),
    ...(form.components !== undefined && { components: form.components }),
  };
}

function mentionsOf(world: World, form: MessageForm, { located, bot, reference }: Authorship): Mentions {
  const guild = located.kind === 'guild' ? located.guild : undefined;
  const permissions = guild?.permissionsOf(bot.userId, located.channel.id) ?? 0n;
  return findMentions(form.content ?? '', form.allowedMentions, {
    user: (userId) => (world.hasUser(userId) ? world.user(userId) : undefined),
    isRole: (roleId) => guild?.roles.has(roleId) ?? false,
    mayMentionEveryone: (permissions & PermissionFlagsBits.MentionEveryone) !== 0n,
    repliedTo: reference?.author,
  });
}
