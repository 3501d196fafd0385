// What sending a request and reading its answer costs without any client of Discord's API around it.
import { Pool } from 'undici';
import { offer } from '../rest/client.mjs';

const url = new URL(process.env['DISCORD_API_URL'] ?? '');
const pool = new Pool(url.origin, { connections: 256, keepAliveTimeout: 60_000 });
const headers = {
  'user-agent': 'DiscordBot (bench, 0)',
  authorization: `Bot ${process.env['DISCORD_TOKEN']}`,
};

let sent = 0;

/**
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {object} [body]
 */
async function send(method, path, body) {
  const answer = await pool.request({
    method,
    path: url.pathname + path,
    headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
    body: body ? JSON.stringify(body) : null,
  });
  return answer.body.json();
}

offer({
  member: (guildId, userId) => send('GET', `/guilds/${guildId}/members/${userId}`),
  message(channelId, content) {
    sent += 1;
    // What Arrakis sends.
    const body = { content, allowed_mentions: { parse: [] }, nonce: `${process.pid}-${sent}`, enforce_nonce: true };
    return send('POST', `/channels/${channelId}/messages`, body);
  },
});
