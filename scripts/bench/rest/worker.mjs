// Arrakis' client as a worker has it: limits shared by Redis.
import { DiscordRest } from '@arrakis/discord-rest';
import { StateManager } from '@arrakis/state';
import { offer } from './client.mjs';

const {
  DISCORD_API_URL: apiUrl = '',
  DISCORD_TOKEN: token = '',
  DISCORD_APPLICATION_ID: applicationId = '',
  REDIS_URL: url = '',
  ARRAKIS_NAMESPACE: namespace = '',
  GLOBAL_LIMIT = '50',
} = process.env;

const state = new StateManager({ url, namespace, applicationId });
await state.untilAvailable(AbortSignal.timeout(10_000));
/** @type {number[]} */
let waits = [];
const rest = new DiscordRest({
  apiUrl,
  token,
  applicationId,
  scripts: state.scripts,
  globalLimit: Number(GLOBAL_LIMIT),
  onEvent(event) {
    if (event.type === 'admitted' && event.lane !== 'interaction') waits.push(event.waitedMs);
  },
});
rest.keepWarm();
let sent = 0;

offer({
  register: () => rest.overwriteCommands([{ name: 'use', description: 'x' }]),
  member: (guildId, userId) => rest.getGuildMember(guildId, userId, { deadline: Date.now() + 60_000 }),
  message(channelId, content) {
    sent += 1;
    const nonce = `${process.pid}-${sent}`;
    return rest.createMessage(channelId, { content }, { nonce, deadline: Date.now() + 60_000 });
  },
  callback: (interaction) => rest.deferReply(interaction),
  takeWaits() {
    const taken = waits;
    waits = [];
    return taken;
  },
});
