import { GatewayIntentBits as Intent } from 'discord-api-types/v10';
import { describe, expect, test } from 'vitest';
import { adaptedData } from './adapted-data.ts';
import { allIntents, isDelivered } from './intents.ts';

const bot = '100';
const anyIntents = allIntents;
const delivered = (type: string, intents: number, event: { guildId?: null; data?: unknown } = {}) =>
  isDelivered({ type, guildId: '1', data: {}, ...event }, intents, bot);

describe('an event is delivered', () => {
  test.each([
    ['GUILD_MEMBER_ADD', Intent.GuildMembers],
    ['GUILD_CREATE', Intent.Guilds],
    ['MESSAGE_CREATE', Intent.GuildMessages],
    ['TYPING_START', Intent.GuildMessageTyping],
    ['GUILD_BAN_ADD', Intent.GuildModeration],
    ['AUTO_MODERATION_ACTION_EXECUTION', Intent.AutoModerationExecution],
    ['MESSAGE_POLL_VOTE_ADD', Intent.GuildMessagePolls],
  ])('%s in a guild with its intent only', (type, intent) => {
    expect(delivered(type, intent)).toBe(true);
    expect(delivered(type, anyIntents & ~intent)).toBe(false);
  });

  test.each([
    ['MESSAGE_CREATE', Intent.DirectMessages],
    ['MESSAGE_REACTION_ADD', Intent.DirectMessageReactions],
    ['TYPING_START', Intent.DirectMessageTyping],
    ['CHANNEL_PINS_UPDATE', Intent.DirectMessages],
  ])('%s outside guilds with the intent for direct messages only', (type, intent) => {
    expect(delivered(type, intent, { guildId: null })).toBe(true);
    expect(delivered(type, anyIntents & ~intent, { guildId: null })).toBe(false);
  });

  test('when any of its intents is there', () => {
    expect(delivered('THREAD_MEMBERS_UPDATE', Intent.Guilds)).toBe(true);
    expect(delivered('THREAD_MEMBERS_UPDATE', Intent.GuildMembers)).toBe(true);
    expect(delivered('THREAD_MEMBERS_UPDATE', Intent.GuildMessages)).toBe(false);
  });

  test.each(['INTERACTION_CREATE', 'ENTITLEMENT_CREATE', 'USER_UPDATE'])('%s always', (type) => {
    expect(delivered(type, 0)).toBe(true);
  });

  test('when it is a member update about the bot itself', () => {
    expect(delivered('GUILD_MEMBER_UPDATE', 0, { data: { user: { id: bot } } })).toBe(true);
    expect(delivered('GUILD_MEMBER_UPDATE', 0, { data: { user: { id: '2' } } })).toBe(false);
  });
});

function seen(data: unknown, intents: number, guildId: string | null = '1'): unknown {
  return adaptedData({ type: 'MESSAGE_CREATE', guildId, data }, { intents, botUserId: bot });
}

describe('what a session sees', () => {
  const message = {
    id: '5',
    author: { id: '2' },
    mentions: [{ id: '3' }],
    content: 'hello',
    embeds: [{}],
    attachments: [{}],
    components: [{}],
    poll: {},
  };

  test('of a message without MESSAGE_CONTENT is all but the content', () => {
    expect(seen(message, Intent.GuildMessages)).toEqual({
      id: '5',
      author: { id: '2' },
      mentions: [{ id: '3' }],
      content: '',
      embeds: [],
      attachments: [],
      components: [],
    });
  });

  test('of a message is everything with the intent, in a DM, from the bot, and where it is mentioned', () => {
    expect(seen(message, Intent.MessageContent)).toBe(message);
    expect(seen(message, 0, null)).toBe(message);
    const own = { ...message, author: { id: bot } };
    expect(seen(own, 0)).toBe(own);
    const mention = { ...message, mentions: [{ id: bot }] };
    expect(seen(mention, 0)).toBe(mention);
  });

  test('of a guild without GUILD_PRESENCES are the bot and who is in a voice channel', () => {
    const members = ['2', '3', bot].map((id) => ({ user: { id } }));
    const data = { id: '1', members, voice_states: [{ user_id: '3' }], presences: [{}] };
    const event = { type: 'GUILD_CREATE', guildId: '1', data };
    expect(adaptedData(event, { intents: Intent.Guilds, botUserId: bot })).toEqual({
      ...data,
      members: [{ user: { id: '3' } }, { user: { id: bot } }],
      presences: [],
    });
    expect(adaptedData(event, { intents: Intent.GuildPresences, botUserId: bot })).toBe(data);
  });
});
