// The baseline: @discordjs/rest as it comes, one in each process. It knows no other processes.
import { REST } from '@discordjs/rest';
import { Routes } from 'discord-api-types/v10';
import { offer } from '../rest/client.mjs';

// This library adds the version itself.
const api = (process.env['DISCORD_API_URL'] ?? '').replace(/\/v\d+$/, '');
const applicationId = process.env['DISCORD_APPLICATION_ID'] ?? '';
const rest = new REST({ api, globalRequestsPerSecond: Number(process.env['GLOBAL_LIMIT'] ?? 50) }).setToken(
  process.env['DISCORD_TOKEN'] ?? '',
);

offer({
  register: () => rest.put(Routes.applicationCommands(applicationId), { body: [{ name: 'use', description: 'x' }] }),
  member: (guildId, userId) => rest.get(Routes.guildMember(guildId, userId)),
  message: (channelId, content) => rest.post(Routes.channelMessages(channelId), { body: { content } }),
  callback: ({ id, token }) =>
    rest.post(Routes.interactionCallback(id, token), { body: { type: 5, data: {} }, auth: false }),
});
