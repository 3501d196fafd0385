import { GatewayIntentBits as Intent } from 'discord-api-types/v10';
import { z } from 'zod';
import type { IntentSubject } from './intents.ts';

/** A session as far as the content of events depends on it. */
export interface Audience {
  readonly intents: number;
  readonly botUserId: string;
}

const guildCreate = z.looseObject({
  members: z.array(z.looseObject({ user: z.looseObject({ id: z.string() }) })),
  voice_states: z.array(z.looseObject({ user_id: z.string() })).default([]),
});

const message = z.looseObject({
  author: z.looseObject({ id: z.string() }).optional(),
  mentions: z.array(z.looseObject({ id: z.string() })).default([]),
});

/**
 * The data of an event as one session may see it: the same reference when it sees all of it.
 * - GUILD_CREATE without GUILD_PRESENCES names no presences, and as members only the bot and who is in a voice channel
 *   (docs: Gateway Events, Request Guild Members).
 * - A message in a guild without MESSAGE_CONTENT is empty unless the bot wrote it or is mentioned (docs: Gateway,
 *   Message Content Intent).
 */
export function adaptedData(event: IntentSubject, audience: Audience): unknown {
  switch (event.type) {
    case 'GUILD_CREATE':
      return (audience.intents & Intent.GuildPresences) === 0
        ? withoutPresences(event.data, audience.botUserId)
        : event.data;
    case 'MESSAGE_CREATE':
    case 'MESSAGE_UPDATE':
      return event.guildId !== null && (audience.intents & Intent.MessageContent) === 0
        ? withoutContent(event.data, audience.botUserId)
        : event.data;
    default:
      return event.data;
  }
}

function withoutPresences(data: unknown, botUserId: string): unknown {
  const guild = guildCreate.safeParse(data);
  if (!guild.success) return data;
  const shown = new Set([botUserId, ...guild.data.voice_states.map((state) => state.user_id)]);
  const members = guild.data.members.filter((member) => shown.has(member.user.id));
  return { ...guild.data, members, presences: [] };
}

function withoutContent(data: unknown, botUserId: string): unknown {
  const parsed = message.safeParse(data);
  if (!parsed.success) return data;
  const { author, mentions, poll: _poll, ...rest } = parsed.data;
  if (author?.id === botUserId || mentions.some((user) => user.id === botUserId)) return data;
  return { ...rest, author, mentions, content: '', embeds: [], attachments: [], components: [] };
}
