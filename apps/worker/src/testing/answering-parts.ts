import type { BotParts, BotState, Gateway } from '@arrakis/bot';
import type { DiscordRest } from '@arrakis/discord-rest';

const refuse = async () => {
  throw new Error('There is none in this test.');
};

/** A gateway for handlers that give no commands. */
export const noGateway: Gateway = {
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

/** What handlers work with that only answer. */
export function answeringParts(rest: DiscordRest): BotParts {
  return { rest, gateway: noGateway, state: noState, environment: {} };
}
