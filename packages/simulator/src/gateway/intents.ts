import { GatewayIntentBits as Intent } from 'discord-api-types/v10';
import { z } from 'zod';

/** Every intent that Discord documents (docs: Gateway, List of Intents). */
export const allIntents: number = Object.values(Intent)
  .filter((value) => typeof value === 'number')
  .reduce((all, bit) => all | bit, 0);

export const privilegedIntents: number = Intent.GuildMembers | Intent.GuildPresences | Intent.MessageContent;

const guildEvents: Readonly<Record<number, readonly string[]>> = {
  [Intent.Guilds]: [
    'GUILD_CREATE',
    'GUILD_UPDATE',
    'GUILD_DELETE',
    'GUILD_ROLE_CREATE',
    'GUILD_ROLE_UPDATE',
    'GUILD_ROLE_DELETE',
    'CHANNEL_CREATE',
    'CHANNEL_UPDATE',
    'CHANNEL_DELETE',
    'CHANNEL_PINS_UPDATE',
    'THREAD_CREATE',
    'THREAD_UPDATE',
    'THREAD_DELETE',
    'THREAD_LIST_SYNC',
    'THREAD_MEMBER_UPDATE',
    'THREAD_MEMBERS_UPDATE',
    'STAGE_INSTANCE_CREATE',
    'STAGE_INSTANCE_UPDATE',
    'STAGE_INSTANCE_DELETE',
    'VOICE_CHANNEL_STATUS_UPDATE',
    'VOICE_CHANNEL_START_TIME_UPDATE',
  ],
  [Intent.GuildMembers]: ['GUILD_MEMBER_ADD', 'GUILD_MEMBER_UPDATE', 'GUILD_MEMBER_REMOVE', 'THREAD_MEMBERS_UPDATE'],
  [Intent.GuildModeration]: ['GUILD_AUDIT_LOG_ENTRY_CREATE', 'GUILD_BAN_ADD', 'GUILD_BAN_REMOVE'],
  [Intent.GuildExpressions]: [
    'GUILD_EMOJIS_UPDATE',
    'GUILD_STICKERS_UPDATE',
    'GUILD_SOUNDBOARD_SOUND_CREATE',
    'GUILD_SOUNDBOARD_SOUND_UPDATE',
    'GUILD_SOUNDBOARD_SOUND_DELETE',
    'GUILD_SOUNDBOARD_SOUNDS_UPDATE',
  ],
  [Intent.GuildIntegrations]: [
    'GUILD_INTEGRATIONS_UPDATE',
    'INTEGRATION_CREATE',
    'INTEGRATION_UPDATE',
    'INTEGRATION_DELETE',
  ],
  [Intent.GuildWebhooks]: ['WEBHOOKS_UPDATE'],
  [Intent.GuildInvites]: ['INVITE_CREATE', 'INVITE_DELETE'],
  [Intent.GuildVoiceStates]: ['VOICE_CHANNEL_EFFECT_SEND', 'VOICE_STATE_UPDATE'],
  [Intent.GuildPresences]: ['PRESENCE_UPDATE'],
  [Intent.GuildMessages]: ['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE', 'MESSAGE_DELETE_BULK'],
  [Intent.GuildMessageReactions]: [
    'MESSAGE_REACTION_ADD',
    'MESSAGE_REACTION_REMOVE',
    'MESSAGE_REACTION_REMOVE_ALL',
    'MESSAGE_REACTION_REMOVE_EMOJI',
  ],
  [Intent.GuildMessageTyping]: ['TYPING_START'],
  [Intent.GuildScheduledEvents]: [
    'GUILD_SCHEDULED_EVENT_CREATE',
    'GUILD_SCHEDULED_EVENT_UPDATE',
    'GUILD_SCHEDULED_EVENT_DELETE',
    'GUILD_SCHEDULED_EVENT_USER_ADD',
    'GUILD_SCHEDULED_EVENT_USER_REMOVE',
  ],
  [Intent.AutoModerationConfiguration]: [
    'AUTO_MODERATION_RULE_CREATE',
    'AUTO_MODERATION_RULE_UPDATE',
    'AUTO_MODERATION_RULE_DELETE',
  ],
  [Intent.AutoModerationExecution]: ['AUTO_MODERATION_ACTION_EXECUTION'],
  [Intent.GuildMessagePolls]: ['MESSAGE_POLL_VOTE_ADD', 'MESSAGE_POLL_VOTE_REMOVE'],
};

const directEvents: Readonly<Record<number, readonly string[]>> = {
  [Intent.DirectMessages]: ['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE', 'CHANNEL_PINS_UPDATE'],
  [Intent.DirectMessageReactions]: [
    'MESSAGE_REACTION_ADD',
    'MESSAGE_REACTION_REMOVE',
    'MESSAGE_REACTION_REMOVE_ALL',
    'MESSAGE_REACTION_REMOVE_EMOJI',
  ],
  [Intent.DirectMessageTyping]: ['TYPING_START'],
  [Intent.DirectMessagePolls]: ['MESSAGE_POLL_VOTE_ADD', 'MESSAGE_POLL_VOTE_REMOVE'],
};

const guildIntentsOf = invert(guildEvents);
const directIntentsOf = invert(directEvents);

function invert(eventsOf: Readonly<Record<number, readonly string[]>>): Map<string, number> {
  const intentsOf = new Map<string, number>();
  for (const [bit, events] of Object.entries(eventsOf)) {
    for (const event of events) intentsOf.set(event, (intentsOf.get(event) ?? 0) | Number(bit));
  }
  return intentsOf;
}

const aboutUser = z.object({ user: z.object({ id: z.string() }) });

/** An event as far as the intents are concerned. */
export interface IntentSubject {
  readonly guildId: string | null;
  readonly type: string;
  readonly data: unknown;
}

/**
 * Whether a session with `intents` is sent an event: one of the event's intents is enough, an event without any is
 * always sent, and so is GUILD_MEMBER_UPDATE about the bot itself (docs: Gateway, Caveats).
 */
export function isDelivered(event: IntentSubject, intents: number, botUserId: string): boolean {
  const required = (event.guildId === null ? directIntentsOf : guildIntentsOf).get(event.type);
  if (required === undefined || (required & intents) !== 0) return true;
  if (event.type !== 'GUILD_MEMBER_UPDATE') return false;
  const subject = aboutUser.safeParse(event.data);
  return subject.success && subject.data.user.id === botUserId;
}
