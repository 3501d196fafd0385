import { z } from 'zod';
import { ApiError } from '../../forms/api-error.ts';
import { parseForm, snowflakeField } from '../../forms/form-errors.ts';
import type { DirectChannel } from '../../world/conversations.ts';
import type { World } from '../../world/world.ts';
import { botRoute, ok } from '../route.ts';
import type { Answer, BotRequest, Route } from '../route.ts';

const directMessageForm = z.looseObject({ recipient_id: snowflakeField });

/** docs: Users Resource */
export function userRoutes(world: World): Route[] {
  return [
    botRoute('GET', '/users/@me', ({ bot }) =>
      ok({ ...bot.user, mfa_enabled: true, locale: 'en-US', premium_type: 0, email: null, verified: true }),
    ),
    botRoute('GET', '/users/{user.id}', ({ param }) => ok(world.user(param('user.id')))),
    botRoute('POST', '/users/@me/channels', (request) => openDirectChannel(world, request)),
  ];
}

function openDirectChannel(world: World, { bot, body }: BotRequest): Answer {
  const { recipient_id: recipientId } = parseForm(directMessageForm, body);
  if (!world.hasUser(recipientId) || recipientId === bot.userId) throw new ApiError(50033);
  return ok(directChannelPayload(world, world.conversations.directChannel(bot.userId, recipientId), bot.userId));
}

/** A private channel as one of its two users sees it. */
export function directChannelPayload(world: World, channel: DirectChannel, userId: string): Record<string, unknown> {
  return {
    id: channel.id,
    type: channel.type,
    flags: 0,
    last_message_id: channel.lastMessageId,
    last_pin_timestamp: null,
    recipients: channel.userIds.filter((id) => id !== userId).map((id) => world.user(id)),
  };
}
