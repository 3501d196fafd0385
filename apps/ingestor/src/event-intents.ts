import { GatewayDispatchEvents as Dispatch, GatewayIntentBits } from 'discord-api-types/gateway/v10';
import { dispatchType, guildCreateType, guildDeleteType, topicMatches } from '@arrakis/protocol';

type IntentName = keyof typeof GatewayIntentBits;

/**
 * What Discord sends only to whoever has one of these intents, beside guild and member events, which need no asking for.
 * Source: Discord docs, Gateway, "List of Intents".
 */
const dispatchesByIntent: readonly (readonly [readonly IntentName[], readonly Dispatch[]])[] = [
  [
    ['Guilds'],
    [
      Dispatch.ChannelCreate,
      Dispatch.ChannelUpdate,
      Dispatch.ChannelDelete,
      Dispatch.ThreadCreate,
      Dispatch.ThreadUpdate,
      Dispatch.ThreadDelete,
      Dispatch.ThreadListSync,
      Dispatch.ThreadMemberUpdate,
      Dispatch.StageInstanceCreate,
      Dispatch.StageInstanceUpdate,
      Dispatch.StageInstanceDelete,
    ],
  ],
  [['Guilds', 'GuildMembers'], [Dispatch.ThreadMembersUpdate]],
  [['Guilds', 'DirectMessages'], [Dispatch.ChannelPinsUpdate]],
  [['GuildIntegrations'], [Dispatch.IntegrationCreate, Dispatch.IntegrationUpdate, Dispatch.IntegrationDelete]],
  [['GuildWebhooks'], [Dispatch.WebhooksUpdate]],
  [['GuildInvites'], [Dispatch.InviteCreate, Dispatch.InviteDelete]],
  [['GuildVoiceStates'], [Dispatch.VoiceChannelEffectSend, Dispatch.VoiceStateUpdate]],
  [['GuildPresences'], [Dispatch.PresenceUpdate]],
  [
    ['GuildMessages', 'DirectMessages'],
    [Dispatch.MessageCreate, Dispatch.MessageUpdate, Dispatch.MessageDelete],
  ],
  [['GuildMessages'], [Dispatch.MessageDeleteBulk]],
  [
    ['GuildMessageReactions', 'DirectMessageReactions'],
    [
      Dispatch.MessageReactionAdd,
      Dispatch.MessageReactionRemove,
      Dispatch.MessageReactionRemoveAll,
      Dispatch.MessageReactionRemoveEmoji,
    ],
  ],
  [
    ['GuildMessagePolls', 'DirectMessagePolls'],
    [Dispatch.MessagePollVoteAdd, Dispatch.MessagePollVoteRemove],
  ],
  [['GuildMessageTyping', 'DirectMessageTyping'], [Dispatch.TypingStart]],
  [
    ['AutoModerationConfiguration'],
    [Dispatch.AutoModerationRuleCreate, Dispatch.AutoModerationRuleUpdate, Dispatch.AutoModerationRuleDelete],
  ],
  [['AutoModerationExecution'], [Dispatch.AutoModerationActionExecution]],
];

const intentsByType: ReadonlyMap<string, readonly IntentName[]> = new Map(
  dispatchesByIntent.flatMap(([intents, dispatches]) =>
    dispatches.map((name) => [dispatchType(name), intents] as const),
  ),
);

const eventTypes: readonly string[] = [
  ...Object.values(Dispatch).map(dispatchType),
  guildCreateType('available'),
  guildDeleteType(true),
];

/**
 * Why a pattern of event types brings no event: it matches none that is known, or Discord sends what it matches only to
 * others than whoever has these intents. Undefined when it may bring some.
 */
export function whyNothingComes(pattern: string, intents: number): string | undefined {
  const matched = eventTypes.filter((type) => topicMatches(pattern, type));
  if (matched.length === 0) return 'no event that is known has such a type';
  const required = matched.map((type) => intentsByType.get(type));
  const sent = required.some((names) => names?.some((name) => (GatewayIntentBits[name] & intents) !== 0) ?? true);
  if (sent) return undefined;
  return `DISCORD_INTENTS has none of ${[...new Set(required.flatMap((names) => names ?? []))].join(', ')}`;
}
