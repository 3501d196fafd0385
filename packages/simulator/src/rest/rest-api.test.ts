import { expect, it } from 'vitest';
import { RestFixture } from '../testing/rest-fixture.ts';

it('answers 401 without a token, with a wrong one and with one of another kind', async () => {
  await using discord = await RestFixture.start();
  const expected = { status: 401, body: { message: '401: Unauthorized', code: 0 } };
  expect(await discord.call('GET', '/users/@me', { token: null })).toMatchObject(expected);
  expect(await discord.call('GET', '/users/@me', { token: 'wrong' })).toMatchObject(expected);
  const authorization = `Bearer ${discord.bot.token}`;
  expect(await discord.call('GET', '/users/@me', { token: null, headers: { authorization } })).toMatchObject(expected);
});

it('answers unknown paths with 404 and unknown methods with 405', async () => {
  await using discord = await RestFixture.start();
  expect(await discord.call('GET', '/nowhere')).toMatchObject({
    status: 404,
    body: { message: '404: Not Found', code: 0 },
  });
  expect(await discord.call('DELETE', '/gateway')).toMatchObject({
    status: 405,
    body: { message: '405: Method Not Allowed', code: 0 },
  });
});

it('tells broken JSON, foreign content types and ids that are none apart', async () => {
  await using discord = await RestFixture.start();
  const path = `/channels/${discord.general}/messages`;
  const headers = { 'content-type': 'application/json' };
  expect(await discord.call('POST', path, { rawBody: '{', headers })).toMatchObject({
    status: 400,
    body: { code: 50109, message: 'The request body contains invalid JSON.' },
  });
  expect(await discord.call('POST', path, { rawBody: 'x', headers: { 'content-type': 'text/plain' } })).toMatchObject({
    status: 400,
    body: { code: 50035, errors: { _errors: [{ code: 'CONTENT_TYPE_INVALID' }] } },
  });
  expect(await discord.call('GET', '/channels/general')).toMatchObject({
    status: 400,
    body: { code: 50035, errors: { channel_id: { _errors: [{ code: 'NUMBER_TYPE_COERCE' }] } } },
  });
});

it('takes any target that HTTP allows', async () => {
  await using discord = await RestFixture.start();
  for (const path of ['/channels/%/messages', '/guilds/%zz', '?', '/%']) {
    expect((await discord.call('GET', path)).status).toBe(path.startsWith('/%') || path === '?' ? 404 : 400);
  }
});

it('describes the gateway, the bot and its application', async () => {
  await using discord = await RestFixture.start();
  expect((await discord.call('GET', '/gateway', { token: null })).body).toEqual({ url: 'ws://127.0.0.1:1/gateway' });
  expect((await discord.call('GET', '/gateway/bot')).body).toMatchObject({ shards: 1 });
  expect((await discord.call('GET', '/users/@me')).body).toMatchObject({ id: discord.bot.userId, bot: true });
  for (const path of ['/applications/@me', '/oauth2/applications/@me']) {
    expect((await discord.call('GET', path)).body).toMatchObject({
      id: discord.bot.applicationId,
      approximate_guild_count: 2,
    });
  }
});

it('describes guilds, roles and channels to the bots in them', async () => {
  await using discord = await RestFixture.start({ world: { bots: 2 } });
  const { guild, world } = discord;
  const path = `/guilds/${guild.id}`;
  expect((await discord.call('GET', path)).body).toMatchObject({
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
  });
  expect((await discord.call('GET', `${path}?with_counts=true`)).body).toMatchObject({ approximate_member_count: 7 });
  expect((await discord.call('GET', `${path}/roles`)).body).toHaveLength(guild.roles.size);
  expect((await discord.call('GET', `${path}/channels`)).body).toHaveLength(guild.channels.size);
  expect((await discord.call('GET', `/channels/${discord.general}`)).body).toMatchObject({ name: 'general' });
  expect((await discord.call('GET', `/users/${guild.ownerId}`)).body).toMatchObject({ id: guild.ownerId });
  world.removeBot(guild.id, discord.bot.applicationId);
  expect(await discord.call('GET', path)).toMatchObject({ status: 403, body: { code: 50001 } });
  expect(await discord.call('GET', `/channels/${discord.general}`)).toMatchObject({
    status: 403,
    body: { code: 50001 },
  });
  expect(await discord.call('GET', '/guilds/1')).toMatchObject({ status: 404, body: { code: 10004 } });
  expect(await discord.call('GET', '/channels/1')).toMatchObject({ status: 404, body: { code: 10003 } });
  expect(await discord.call('GET', '/users/1')).toMatchObject({ status: 404, body: { code: 10013 } });
});

it('records requests with route, body and answer, but never the token', async () => {
  await using discord = await RestFixture.start();
  await discord.call('POST', `/channels/${discord.general}/messages`, { body: { content: 'hi' } });
  await discord.call('GET', '/nowhere?a=1');
  const [post, get] = discord.recording.requests();
  expect(post).toMatchObject({
    method: 'POST',
    route: '/channels/{channel.id}/messages',
    params: { 'channel.id': discord.general },
    applicationId: discord.bot.applicationId,
    body: { content: 'hi' },
    status: 200,
    response: { content: 'hi' },
    headers: { authorization: 'Bot' },
  });
  expect(post?.finishedAtMs).toBeGreaterThanOrEqual(post?.atMs ?? Number.POSITIVE_INFINITY);
  expect(get).toMatchObject({ route: null, path: '/nowhere', query: { a: '1' }, status: 404 });
  expect(JSON.stringify(discord.recording.requests())).not.toContain(discord.bot.token);
});

it("records what breaks Discord's API description, even where Discord would not mind", async () => {
  await using discord = await RestFixture.start();
  const path = `/channels/${discord.general}/messages`;
  await discord.call('POST', path, {
    body: { content: 'fine', embeds: [{ title: 'x', timestamp: '2026-01-01T00:00:00.000Z' }] },
  });
  expect(discord.recording.violations()).toEqual([]);
  await discord.call('POST', path, { body: { content: 'x', ephemeral: true } });
  await discord.call('POST', path, { body: { content: 5 } });
  await discord.call('GET', '/gateway', { headers: { 'user-agent': 'node' } });
  expect(discord.recording.violations().map(({ method, route, problems }) => [method, route, problems])).toEqual([
    ['POST', '/channels/{channel.id}/messages', ['body.ephemeral: Discord knows no such field']],
    ['POST', '/channels/{channel.id}/messages', ['body.content: expected string']],
    ['GET', '/gateway', ['User-Agent: expected DiscordBot ($url, $versionNumber)']],
  ]);
});

it('counts answers', async () => {
  await using discord = await RestFixture.start();
  await discord.call('GET', '/gateway');
  await discord.call('GET', '/nowhere');
  await discord.call('GET', '/users/1');
  expect(discord.rest.statistics()).toMatchObject({
    requests: 3,
    statuses: { 200: 1, 404: 2 },
    errors: { 10013: 1 },
    resets: 0,
  });
});
