import { ApplicationFlags, GatewayIntentBits } from 'discord-api-types/v10';
import type { GatewayReadyDispatchData } from 'discord-api-types/v10';
import type { Session } from './session.ts';

/** What READY tells besides the session itself. */
export interface ReadySetting {
  readonly version: number;
  readonly resumeGatewayUrl: string;
  readonly guildIds: readonly string[];
  /** whether the client named its shard when identifying */
  readonly sharded: boolean;
}

/** Fields that Discord sends to bots as well, always empty, but does not document. */
const undocumented = {
  user_settings: {},
  session_type: 'normal',
  relationships: [],
  private_channels: [],
  presences: [],
  guild_join_requests: [],
  geo_ordered_rtc_regions: [],
  _trace: [],
};

/** `d` of READY (docs: Gateway Events, Ready). */
export function readyData(session: Session, setting: ReadySetting): unknown {
  const { bot, id, shard } = session;
  const flags = applicationFlags(bot.privilegedIntents);
  const ready: GatewayReadyDispatchData = {
    v: setting.version,
    user: { ...bot.user, email: null, verified: true, mfa_enabled: true },
    guilds: setting.guildIds.map((guildId) => ({ id: guildId, unavailable: true })),
    session_id: id,
    resume_gateway_url: setting.resumeGatewayUrl,
    application: { id: bot.applicationId, flags, flags_new: String(flags) },
    ...(setting.sharded && { shard: [shard[0], shard[1]] }),
  };
  return { ...undocumented, ...ready };
}

const flagOfIntent: readonly (readonly [number, number])[] = [
  [GatewayIntentBits.GuildPresences, ApplicationFlags.GatewayPresenceLimited],
  [GatewayIntentBits.GuildMembers, ApplicationFlags.GatewayGuildMembersLimited],
  [GatewayIntentBits.MessageContent, ApplicationFlags.GatewayMessageContentLimited],
];

/** The flags of an application whose privileged intents are switched on in the portal. */
function applicationFlags(enabledIntents: number): number {
  let flags = 0;
  for (const [intent, flag] of flagOfIntent) if ((enabledIntents & intent) !== 0) flags |= flag;
  return flags;
}
