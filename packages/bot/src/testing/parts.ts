import type { DiscordRest } from '@arrakis/discord-rest';
import type { Gateway } from '../gateway/gateway.ts';
import type { BotParts } from '../interaction/interaction-context.ts';
import type { Log } from '../interaction/log.ts';
import type { BotState } from '../state/bot-state.ts';

const refuse = async () => {
  throw new Error('There is none in this test.');
};

/** A gateway for handlers that give no commands. */
const noGateway: Gateway = {
  setPresence: refuse,
  joinVoice: refuse,
  leaveVoice: refuse,
  requestGuildMembers: refuse,
  requestSoundboardSounds: refuse,
};

const noState: BotState = {
  sessions: { read: refuse, write: refuse, delete: refuse },
  limits: { take: refuse },
  guilds: { read: refuse, count: refuse, present: refuse, remove: refuse },
};

const ignore = () => undefined;
export const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** What handlers work with that only answer. */
export function answeringParts(rest: DiscordRest): BotParts {
  return { rest, gateway: noGateway, state: noState, environment: {} };
}
