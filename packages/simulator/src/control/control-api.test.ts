import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { login, simulatorForTest } from '../testing/fixture.ts';
import type { Simulator } from '../simulator.ts';

interface Answer {
  status: number;
  body: unknown;
}

const joined = z.object({ user: z.object({ id: z.string() }) });

async function ask(discord: Simulator, operation: string, body?: unknown): Promise<Answer> {
  const [method = 'GET', path = ''] = operation.split(' ');
  const response = await fetch(`${discord.controlUrl}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

describe('the control API', () => {
  test('tells what there is', async () => {
    const { discord, token, applicationId } = await simulatorForTest();
    const { status, body } = await ask(discord, 'GET ');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      apiUrl: discord.apiUrl,
      bots: [{ applicationId, token }],
      guilds: discord.world.guilds,
      operations: expect.arrayContaining(['POST /control/gateway/burst', 'POST /control/interactions/slash']),
    });
  });

  test.each([
    ['POST /gateway/burst', { count: 0, type: '' }, ['count', 'type', 'data']],
    ['POST /gateway/disconnect', { code: 1, shard: 2 }, ['code', 'shard']],
    ['POST /gateway/raw', {}, ['text or base64']],
    ['POST /gateway/dispatch', [], ['JSON object']],
  ])('answers 400 to wrong input for %s and names what is wrong', async (operation, input, names) => {
    const { discord } = await simulatorForTest();
    const { status, body } = await ask(discord, operation, input);
    expect(status).toBe(400);
    for (const name of names) expect(JSON.stringify(body)).toContain(name);
  });

  test('answers 404 to an unknown operation, guild or interaction', async () => {
    const { discord } = await simulatorForTest();
    for (const operation of ['GET /nothing', 'DELETE /gateway/sessions', 'GET /guilds/42', 'GET /interactions/42']) {
      expect(await ask(discord, operation)).toMatchObject({ status: 404 });
    }
  });

  test('answers 413-sized bodies with 400 rather than keeping them', async () => {
    const { discord } = await simulatorForTest();
    const data = 'x'.repeat(1_100_000);
    expect(await ask(discord, 'POST /gateway/dispatch', { type: 'X', data })).toMatchObject({ status: 400 });
  });
});

describe('control of the gateway', () => {
  test('dispatches, and shows sessions and statistics', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client, sessionId } = await login(discord);
    await ask(discord, 'POST /gateway/dispatch', { type: 'HERE', data: { a: 1 } });
    expect((await client.dispatch('HERE')).d).toEqual({ a: 1 });
    expect(await ask(discord, 'GET /gateway/sessions?shardId=0')).toMatchObject({
      body: [{ sessionId, shard: [0, 1], sequence: 2 }],
    });
    expect(await ask(discord, 'GET /gateway/sessions?shardId=1')).toMatchObject({ body: [] });
    expect(await ask(discord, 'GET /gateway/statistics')).toMatchObject({ body: { identifies: 1, connections: 1 } });
  });

  test('bursts from a template', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client } = await login(discord);
    const data = { index: '{index}', name: 'member {index}', ids: ['{snowflake}', '{snowflake}'], none: null };
    const burst = { count: 500, type: 'NUMBERED', data };
    expect(await ask(discord, 'POST /gateway/burst', burst)).toMatchObject({ body: { dispatches: 500 } });
    await client.until(() => client.types.length === 501);
    expect(client.dispatches.at(-1)?.d).toEqual({
      index: 499,
      name: 'member 499',
      ids: [expect.stringMatching(/^\d{17,20}$/), expect.stringMatching(/^\d{17,20}$/)],
      none: null,
    });
  });

  test('disturbs', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const { client } = await login(discord);
    expect(await ask(discord, 'POST /gateway/heartbeat')).toMatchObject({ body: { connections: 1 } });
    await client.op(1);
    await ask(discord, 'POST /gateway/reconnect', { shardId: 0 });
    await client.op(7);
    await ask(discord, 'POST /gateway/raw', { base64: Buffer.from('junk').toString('base64') });
    await client.until(() => client.texts.includes('junk'));
    await ask(discord, 'POST /gateway/silence', { silent: true });
    await ask(discord, 'POST /gateway/dispatch', { type: 'UNHEARD', data: {} });
    await ask(discord, 'POST /gateway/silence', { silent: false });
    await client.dispatch('UNHEARD');
    await ask(discord, 'POST /gateway/invalidate', { resumable: false });
    expect((await client.op(9)).d).toBe(false);
    await ask(discord, 'POST /gateway/disconnect', { code: 4000 });
    expect(await client.closed()).toBe(4000);
  });
});

test('control of the world makes guilds and members come, change and go', async () => {
  const { discord } = await simulatorForTest({ guilds: 1 });
  const { client } = await login(discord);
  const [guildId = ''] = discord.world.guilds;
  const { body: members } = await ask(discord, `POST /guilds/${guildId}/members`, { count: 3, nick: 'new' });
  expect(members).toMatchObject([{ nick: 'new' }, { nick: 'new' }, { nick: 'new' }]);
  const { user } = joined.parse((await client.dispatch('GUILD_MEMBER_ADD')).d);
  await ask(discord, `PATCH /guilds/${guildId}/members/${user.id}`, { nick: null });
  expect((await client.dispatch('GUILD_MEMBER_UPDATE')).d).toMatchObject({ nick: null, user: { id: user.id } });
  await ask(discord, `DELETE /guilds/${guildId}/members/${user.id}`);
  expect((await client.dispatch('GUILD_MEMBER_REMOVE')).d).toMatchObject({ user: { id: user.id } });
  const { body: guild } = await ask(discord, 'POST /guilds', { name: 'Carthag' });
  expect(guild).toMatchObject({ name: 'Carthag', available: true });
  await ask(discord, `PATCH /guilds/${guildId}`, { unavailable: true });
  expect((await client.dispatch('GUILD_DELETE')).d).toEqual({ id: guildId, unavailable: true });
  expect(await ask(discord, `GET /guilds/${guildId}`)).toMatchObject({ body: { available: false, id: guildId } });
});

test('control of the recording filters and clears', async () => {
  const { discord, applicationId } = await simulatorForTest();
  await login(discord);
  expect(await ask(discord, 'GET /recording/sent?op=2')).toMatchObject({ body: [{ op: 2 }] });
  expect(await ask(discord, `GET /recording/dispatched?type=READY&applicationId=${applicationId}`)).toMatchObject({
    body: [{ type: 'READY' }],
  });
  await ask(discord, 'DELETE /recording');
  expect(await ask(discord, 'GET /recording')).toMatchObject({ body: { totals: { sent: 0, dispatched: 0 } } });
});

test('the community starts, shows what it does, and stops', async () => {
  const { discord } = await simulatorForTest();
  expect(await ask(discord, 'GET /community')).toMatchObject({ status: 404 });
  await ask(discord, 'PUT /community', { eventsPerSecond: 500 });
  await expect
    .poll(async () => (await ask(discord, 'GET /community')).body)
    .toMatchObject({ activities: { join: expect.any(Number), change: expect.any(Number) } });
  await ask(discord, 'DELETE /community');
  const stopped = await ask(discord, 'GET /community');
  expect(await ask(discord, 'GET /community')).toEqual(stopped);
});

test('control of REST sets limits and faults', async () => {
  const { discord, token } = await simulatorForTest();
  const status = async (): Promise<number> => {
    const headers = { authorization: `Bot ${token}`, 'user-agent': 'DiscordBot (https://example.org, 1.0)' };
    return (await fetch(`${discord.apiUrl}/users/@me`, { headers })).status;
  };
  const { body } = await ask(discord, 'POST /rest/faults', { route: '/users/@me', status: 503 });
  expect(await status()).toBe(503);
  const { id } = z.object({ id: z.number() }).parse(body);
  expect(await ask(discord, `DELETE /rest/faults/${id}`)).toMatchObject({ status: 200 });
  expect(await ask(discord, `DELETE /rest/faults/${id}`)).toMatchObject({ status: 404 });
  expect(await status()).toBe(200);
  await ask(discord, 'PUT /rest/limits', { global: { limit: 1, windowMs: 60_000 } });
  expect([await status(), await status()]).toEqual([200, 429]);
  expect(await ask(discord, 'PUT /rest/limits', { globe: 1 })).toMatchObject({ status: 400 });
  expect(await ask(discord, 'GET /recording/requests?status=503')).toMatchObject({ body: [{ status: 503 }] });
});

test('control of interactions makes them and shows what a member sees', async () => {
  const { discord, applicationId } = await simulatorForTest({ interactions: { deadlineMs: 100 } });
  const [guildId = ''] = discord.world.guilds;
  const [member] = discord.world.guild(guildId).members.filter(({ user }) => user.bot !== true);
  const userId = member?.user.id ?? '';
  const slash = { guildId, userId, name: 'ping' };
  expect(await ask(discord, 'POST /interactions/slash', slash)).toMatchObject({ status: 409 });
  const command = {
    id: '1',
    application_id: applicationId,
    version: '1',
    type: 1,
    name: 'ping',
    description: 'Answers',
  };
  discord.world.commands.put({ applicationId }, { ...command, default_member_permissions: null });
  const { body } = await ask(discord, 'POST /interactions/slash', slash);
  expect(body).toMatchObject({ kind: 'slash', userId, state: 'pending', callback: null });
  expect(body).not.toHaveProperty('token');
  const { id } = z.object({ id: z.string() }).parse(body);
  expect(await ask(discord, `GET /interactions/${id}/settled?timeoutMs=5000`)).toMatchObject({ status: 409 });
  expect(await ask(discord, `GET /interactions/${id}/seen?userId=${userId}`)).toMatchObject({
    body: { messages: [], notice: 'The application did not respond' },
  });
  expect(await ask(discord, `GET /interactions/${id}`)).toMatchObject({ body: { state: 'failed' } });
});
