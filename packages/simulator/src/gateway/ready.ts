import { ApplicationFlags, GatewayIntentBits } from 'discord-api-types/v10';
import type { Session } from './session.ts';

/** What READY tells besides the session itself. */
export interface ReadySetting {
  readonly version: number;
  readonly resumeGatewayUrl: string;
  readonly guildIds: readonly string[];
  /** whether the client named its shard when identifying */
  readonly sharded: boolean;
}

/** `d` of READY (docs: Gateway Events, Ready), with the undocumented fields that Discord sends empty. */
export function readyData(session: Session, setting: ReadySetting): unknown {
  const { bot } = session;
  return {
    v: setting.version,
    user_settings: {},
    user: { ...bot.user, email: null, verified: true, mfa_enabled: true },
    session_type: 'normal',
    session_id: session.id,
    resume_gateway_url: setting.resumeGatewayUrl,
    relationships: [],
    private_channels: [],
    presences: [],
    guilds: setting.guildIds.map((id) => ({ id, unavailable: true })),
    guild_join_requests: [],
    geo_ordered_rtc_regions: [],
    application: { id: bot.applicationId, flags: applicationFlags(bot.privilegedIntents) },
    _trace: [],
    ...(setting.sharded ? { shard: session.shard } : {}),
  };
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
