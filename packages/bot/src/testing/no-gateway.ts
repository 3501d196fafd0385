import type { Gateway } from '../gateway/gateway.ts';

const refuse = async () => {
  throw new Error('There is no gateway in this test.');
};

/** A gateway for handlers that give no commands. */
export const noGateway: Gateway = {
  setPresence: refuse,
  joinVoice: refuse,
  leaveVoice: refuse,
  requestGuildMembers: refuse,
  requestSoundboardSounds: refuse,
};
