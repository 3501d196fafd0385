import { createServer } from 'node:http';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { InteractionResponseType } from 'discord-api-types/v10';
import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { DiscordRest, nonceFor } from './index.ts';
import { against, applicationId, failureOf, interaction, message, releases, token } from './testing/against.ts';
import type { ScriptedAnswer } from './testing/scripted-server.ts';

describe('responding to an interaction', () => {
  it('sends the callback without the bot token, mentioning nobody', async () => {
    const { server, rest } = await against({ status: 204 });
    const asked = interaction();
    const type = InteractionResponseType.ChannelMessageWithSource;
    expect(await rest.respond(asked, { type, data: { content: '@everyone' } })).toBe('acknowledged');
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: `/api/v10/interactions/${asked.id}/${asked.token}/callback`,
      body: { type, data: { content: '@everyone', allowed_mentions: { parse: [] } } },
    });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.headers['user-agent']).toMatch(/^DiscordBot \(/);
  });

  it('defers, ephemerally where asked', async () => {
    const { server, rest } = await against({ status: 204 });
    await rest.deferReply(interaction());
    await rest.deferReply(interaction(), { ephemeral: true });
    expect(server.requests.map(({ body }) => body)).toEqual([
      { type: 5, data: {} },
      { type: 5, data: { flags: 64 } },
    ]);
  });

  it('that has been acknowledged before is a success of its own', async () => {
    const { rest } = await against({ status: 400, json: { code: 40060 } });
    expect(await rest.deferReply(interaction())).toBe('already-acknowledged');
  });

  it('after three seconds is not even tried', async () => {
    const { server, rest } = await against({ status: 204 });
    expect((await failureOf(rest.deferReply(interaction(3_001)))).kind).toBe('too-late');
    expect(server.requests).toHaveLength(0);
  });

  it('is tried again when the connection is cut, and recognised when the first attempt was taken', async () => {
    const { server, rest } = await against('cut', { status: 400, json: { code: 40060 } });
    expect(await rest.deferReply(interaction())).toBe('already-acknowledged');
    expect(server.requests).toHaveLength(2);
  });

  it('looks for the message it made when a repetition comes too late', async () => {
    const { server, rest } = await against(
      'cut',
      { status: 404, json: { code: 10062 } },
      { status: 200, json: message },
    );
    expect(await rest.deferReply(interaction())).toBe('already-acknowledged');
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET']);
  });

  it('fails when it comes too late at the first attempt', async () => {
    const { server, rest } = await against({ status: 404, json: { code: 10062 } });
    expect((await failureOf(rest.deferReply(interaction()))).kind).toBe('too-late');
    expect(server.requests).toHaveLength(1);
  });

  it('gives no attempt more than a second of its three', async () => {
    const { server, rest } = await against('silence', { status: 204 });
    expect(await rest.deferReply(interaction())).toBe('acknowledged');
    expect(server.requests).toHaveLength(2);
  });
});

describe('messages', () => {
  it('are sent with an enforced nonce, as the bot', async () => {
    const { server, rest } = await against({ status: 200, json: message });
    const nonce = nonceFor('event-1', 'welcome');
    await rest.createMessage('5', { content: 'hello' }, { nonce });
    const [request] = server.requests;
    expect(request?.headers['authorization']).toBe(`Bot ${token}`);
    expect(request?.body).toEqual({
      content: 'hello',
      allowed_mentions: { parse: [] },
      nonce,
      enforce_nonce: true,
    });
  });

  it('are repeated after a lost answer, since the nonce makes them one', async () => {
    const { server, rest } = await against('cut', { status: 200, json: message });
    expect(await rest.createMessage('5', { content: 'hello' }, { nonce: 'n' })).toEqual(message);
    expect(server.requests).toHaveLength(2);
  });

  it('mention whom they are told to', async () => {
    const { server, rest } = await against({ status: 200, json: message });
    const body = { content: '<@3>', allowed_mentions: { users: ['3'] } };
    await rest.createMessage('5', body, { nonce: 'n' });
    expect(server.requests[0]?.body).toMatchObject({ allowed_mentions: { users: ['3'] } });
  });

  it('to a user go to the private channel', async () => {
    const { server, rest } = await against({ status: 200, json: { id: '55' } }, { status: 200, json: message });
    await rest.sendDM('3', { content: 'hello' }, { nonce: 'n' });
    expect(server.requests.map(({ path, body }) => [path, body])).toMatchObject([
      ['/api/v10/users/@me/channels', { recipient_id: '3' }],
      ['/api/v10/channels/55/messages', { content: 'hello', nonce: 'n' }],
    ]);
  });
});

describe('a follow-up', () => {
  it('whose answer is lost is not repeated: it may have been posted', async () => {
    const { server, rest } = await against('cut', { status: 200, json: message });
    const error = await failureOf(rest.sendFollowup(interaction(), { content: 'hello' }));
    expect(error).toMatchObject({ kind: 'unknown-outcome', retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  it('is repeated after a 502 and while Discord does not know the webhook yet', async () => {
    const { server, rest } = await against(
      { status: 502 },
      { status: 404, json: { code: 10015 } },
      { status: 200, json: message },
    );
    expect(await rest.sendFollowup(interaction(), { content: 'hello' })).toEqual(message);
    expect(server.requests).toHaveLength(3);
  });
});

describe('a rate limit', () => {
  const limited = (seconds: number, fields: object = {}): ScriptedAnswer => ({
    status: 429,
    json: { message: 'slow', retry_after: seconds, global: false, ...fields },
  });

  it('is waited for, by everything that shares it', async () => {
    const { server, rest, events } = await against(limited(0.3), { status: 200, json: message });
    const startedAt = performance.now();
    await rest.createMessage('5', { content: 'one' }, { nonce: '1' });
    expect(performance.now() - startedAt).toBeGreaterThan(295);
    expect(server.requests).toHaveLength(2);
    expect(events).toContainEqual({
      type: 'rate-limited',
      method: 'POST',
      route: '/channels/{channel.id}/messages',
      retryAfterMs: 300,
      scope: 'user',
    });
  });

  it('beyond the deadline fails at once and says when to come back, without another request', async () => {
    const { server, rest } = await against(limited(60));
    const first = await failureOf(rest.createMessage('5', { content: 'one' }, { nonce: '1' }));
    expect(first).toMatchObject({ kind: 'rate-limited', retryable: true });
    expect(first.retryAfterMs).toBeGreaterThan(59_000);
    await failureOf(rest.createMessage('5', { content: 'two' }, { nonce: '2' }));
    expect(server.requests).toHaveLength(1);
  });

  it('of one channel leaves another alone', async () => {
    const { rest } = await against(limited(60), { status: 200, json: message });
    await failureOf(rest.createMessage('5', { content: 'one' }, { nonce: '1' }));
    expect(await rest.createMessage('6', { content: 'two' }, { nonce: '2' })).toEqual(message);
  });

  it('of the whole bot holds everything but interactions', async () => {
    const { rest } = await against(limited(60, { global: true }), { status: 204 });
    await failureOf(rest.createMessage('5', { content: 'one' }, { nonce: '1' }));
    expect((await failureOf(rest.gatewayBot())).kind).toBe('rate-limited');
    expect(await rest.deferReply(interaction())).toBe('acknowledged');
  });
});

describe('the end of patience', () => {
  it('comes with the deadline', async () => {
    const { rest } = await against('silence');
    const startedAt = performance.now();
    const error = await failureOf(rest.gatewayBot({ deadline: Date.now() + 100 }));
    expect(error.kind).toBe('unavailable');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("comes with the caller's signal, during a request and during a wait", async () => {
    const { server, rest } = await against('silence');
    const stop = new AbortController();
    const asking = failureOf(rest.gatewayBot({ signal: stop.signal }));
    while (server.requests.length === 0) await new Promise(setImmediate);
    stop.abort();
    expect((await asking).kind).toBe('aborted');
    expect((await failureOf(rest.gatewayBot({ signal: AbortSignal.abort() }))).kind).toBe('aborted');
  });
});

describe('what Discord answers', () => {
  it('is checked where it is read', async () => {
    const { rest } = await against({ status: 200, json: { url: 'wss://gateway.discord.gg', shards: 'two' } });
    const error = await failureOf(rest.gatewayBot());
    expect(error.kind).toBe('unexpected-response');
    expect(error.message).toMatch(/shards: .*session_start_limit: /);
  });

  it('passes with fields that nobody here knows', async () => {
    const limit = { total: 1000, remaining: 999, reset_after: 1, max_concurrency: 1 };
    const json = { url: 'wss://gateway.discord.gg', shards: 2, session_start_limit: limit, brand_new: true };
    const { rest } = await against({ status: 200, json });
    expect(await rest.gatewayBot()).toEqual(json);
  });
});

describe('readiness', () => {
  it('knows a refused token, tries it ever more rarely, and knows when it is good again', async () => {
    const { server, rest, events } = await against(
      { status: 401, json: { code: 0 } },
      { status: 200, json: { id: '5' } },
    );
    expect(rest.whyNotReady()).toBeUndefined();
    expect(await failureOf(rest.gatewayBot())).toMatchObject({ kind: 'unauthorized', remedy: 'retry' });
    expect(rest.whyNotReady()).toContain('token');
    expect(await failureOf(rest.gatewayBot())).toMatchObject({ kind: 'unauthorized', status: undefined });
    expect(server.requests).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'token-refused')).toHaveLength(1);
    const good = async () => {
      await failureOf(rest.gatewayBot());
      return rest.whyNotReady() === undefined;
    };
    await waitFor(good, { what: 'the token to be tried again' });
    expect(server.requests).toHaveLength(2);
  });

  it('knows that nobody answers', async () => {
    const rest = new DiscordRest({ apiUrl: 'http://127.0.0.1:9/api/v10', applicationId, token });
    releases.push(() => rest.close(0));
    await failureOf(rest.gatewayBot({ deadline: Date.now() + 100 }));
    expect(rest.whyNotReady()).toContain('ECONNREFUSED');
  });
});

describe('no error, event or inspection', () => {
  const asked = interaction();
  const calls: [string, ScriptedAnswer, (rest: DiscordRest) => Promise<unknown>][] = [
    ['refused', { status: 400, json: { code: 50035, message: asked.token } }, (rest) => rest.deferReply(asked)],
    ['cut', 'cut', (rest) => rest.sendFollowup(asked, { content: 'private words' })],
    ['silent', 'silence', (rest) => rest.editOriginal(asked, { content: 'x' }, { deadline: Date.now() + 50 })],
    ['odd', { status: 200, json: { token: asked.token } }, (rest) => rest.getOriginal(asked)],
    ['unparsable', { status: 299, text: `<html>${asked.token}` }, (rest) => rest.gatewayBot()],
  ];

  it.each(calls)('holds a secret when the answer is %s', async (_, answer, call) => {
    const { rest, events } = await against(answer);
    const error = await failureOf(call(rest));
    const shown = inspect([error, events, rest], { depth: 10, showHidden: true });
    expect(shown).not.toContain(asked.token);
    expect(shown).not.toContain(asked.id);
    expect(shown).not.toContain(token);
    expect(shown).not.toContain('private words');
  });
});

describe('any endpoint', () => {
  it('is asked with its parameters, query and reason', async () => {
    const { server, rest } = await against({ status: 200, json: [] });
    await rest.request('GET /guilds/{guild.id}/members/search', {
      parameters: { 'guild.id': '7' },
      query: { query: 'a & b', limit: 5 },
    });
    await rest.request('PUT /guilds/{guild.id}/bans/{user.id}', {
      parameters: { 'guild.id': '7', 'user.id': '8' },
      body: { delete_message_seconds: 60 },
      reason: 'spam, überall',
    });
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/api/v10/guilds/7/members/search?query=a+%26+b&limit=5',
      '/api/v10/guilds/7/bans/8',
    ]);
    expect(server.requests[1]?.headers['x-audit-log-reason']).toBe(encodeURIComponent('spam, überall'));
  });

  it('that posts a message gets a nonce and mentions nobody', async () => {
    const { server, rest } = await against('cut', { status: 200, json: message });
    await rest.request('POST /channels/{channel.id}/messages', {
      parameters: { 'channel.id': '5' },
      body: { content: '@everyone' },
    });
    const [first, second] = server.requests.map(({ body }) => body);
    expect(first).toMatchObject({ allowed_mentions: { parse: [] }, enforce_nonce: true, nonce: expect.any(String) });
    expect(second).toEqual(first);
  });

  it('that says who is in and who is out is asked again after a lost answer', async () => {
    const { server, rest } = await against('cut', { status: 200, json: [] });
    const parameters = { 'lobby.id': '5' };
    const body = [{ id: '7' }, { id: '8', remove_member: true }];
    await rest.request('POST /lobbies/{lobby.id}/members/bulk', { parameters, body });
    expect(server.requests.map(({ body: sent }) => sent)).toEqual([body, body]);
  });

  it('is not asked to do again what it may have done', async () => {
    const { server, rest } = await against('cut');
    const asked = rest.request('POST /guilds/{guild.id}/roles', {
      parameters: { 'guild.id': '7' },
      body: { name: 'x' },
    });
    expect(await failureOf(asked)).toMatchObject({ kind: 'unknown-outcome', remedy: 'give-up' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('what Discord has refused for good', () => {
  it('is not asked again for a while', async () => {
    const { server, rest } = await against({ status: 403, json: { code: 50013 } }, { status: 204 });
    const role = { guildId: '7', userId: '8', roleId: '9' };
    expect(await failureOf(rest.assignRole(role))).toMatchObject({ kind: 'forbidden', remedy: 'none', code: 50013 });
    expect(await failureOf(rest.assignRole(role))).toMatchObject({ kind: 'forbidden', remedy: 'none', code: 50013 });
    await rest.assignRole({ ...role, userId: '10' });
    expect(server.requests).toHaveLength(2);
  });

  it('is asked again when it may have come about meanwhile', async () => {
    const { server, rest } = await against({ status: 404, json: { code: 10007 } });
    await failureOf(rest.getGuildMember('7', '8'));
    await failureOf(rest.getGuildMember('7', '8'));
    expect(server.requests).toHaveLength(2);
  });
});

describe("a block by Discord's edge", () => {
  it('stops everything but first responses until it is over', async () => {
    const { server, rest, events } = await against(
      { status: 429, text: '<html>', headers: { 'retry-after': '1' } },
      { status: 204 },
    );
    expect(await failureOf(rest.gatewayBot())).toMatchObject({ kind: 'blocked', remedy: 'retry', retryAfterMs: 1_000 });
    expect((await failureOf(rest.gatewayBot())).kind).toBe('blocked');
    expect(server.requests).toHaveLength(1);
    expect(events).toContainEqual({ type: 'blocked', forMs: 1_000 });
    expect(await rest.deferReply(interaction())).toBe('acknowledged');
  });
});

describe('a proxy', () => {
  it('is asked to connect, passes requests of both kinds on, and is left out where it shall be', async () => {
    const { server } = await against({ status: 200, json: message });
    const asked: string[] = [];
    const proxy = createServer().on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      const target = connect({ host: '127.0.0.1', port: Number(url.split(':')[1]) }, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        socket.pipe(target).pipe(socket);
      });
      for (const side of [socket, target]) side.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    releases.push(() => new Promise<void>((resolve) => void proxy.close(() => resolve())));
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const proxyUrl = `http://127.0.0.1:${port}`;
    const rest = new DiscordRest({ apiUrl: server.apiUrl, applicationId, token, proxyUrl });
    releases.push(() => rest.close(0));
    await rest.createMessage('5', { content: 'hello' }, { nonce: 'n' });
    await rest.editOriginal(interaction(), { content: 'hello' });
    expect(server.requests).toHaveLength(2);
    expect(asked).toEqual([new URL(server.apiUrl).host, new URL(server.apiUrl).host]);
    const besides = new DiscordRest({ apiUrl: server.apiUrl, applicationId, token, proxyUrl, noProxy: '127.0.0.1' });
    releases.push(() => besides.close(0));
    await besides.createMessage('5', { content: 'hello' }, { nonce: 'n' });
    expect([server.requests.length, asked.length]).toEqual([3, 2]);
  });
});
