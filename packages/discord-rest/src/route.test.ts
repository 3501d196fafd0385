import { describe, expect, it } from 'vitest';
import { routeTo } from './route.ts';

describe('the resource by which Discord counts', () => {
  const token = { 'webhook.id': '1', 'webhook.token': 'secret' };

  it('is the channel, guild or webhook with which the path begins', () => {
    const routes = [
      routeTo('GET /channels/{channel.id}/messages/{message.id}', {
        parameters: { 'channel.id': '5', 'message.id': '6' },
      }),
      routeTo('PUT /channels/{thread.id}/thread-members/@me', { parameters: { 'thread.id': '9' } }),
      routeTo('PUT /guilds/{guild.id}/bans/{user.id}', { parameters: { 'guild.id': '7', 'user.id': '8' } }),
      routeTo('GET /webhooks/{webhook.id}', { parameters: { 'webhook.id': '1' } }),
    ];
    expect(routes.map(({ major }) => major)).toEqual(['5', '9', '7', '1']);
    expect(routeTo('GET /webhooks/{webhook.id}/{webhook.token}', { parameters: token }).major).toMatch(/^1 [\w-]{22}$/);
    // Words of a line each are what the fleet's limits are asked with.
    expect(routeTo('GET /guilds/{guild.id}', { parameters: { 'guild.id': '1\nrecover\n9' } }).major).not.toContain(
      '\n',
    );
  });

  it('is none for paths that begin with something else, whatever they name further on', () => {
    const guild = { 'guild.id': '7' };
    const routes = [
      routeTo('PUT /applications/{application.id}/guilds/{guild.id}/commands', {
        parameters: { ...guild, 'application.id': '2' },
      }),
      routeTo('DELETE /users/@me/guilds/{guild.id}', { parameters: guild }),
      routeTo('GET /stage-instances/{channel.id}', { parameters: { 'channel.id': '5' } }),
    ];
    expect(routes.map(({ major }) => major)).toEqual(['', '', '']);
  });
});
