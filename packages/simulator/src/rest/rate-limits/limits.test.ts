import { RateLimitError, REST } from '@discordjs/rest';
import { Routes } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { LimitOptions } from './options.ts';
import type { LimitScope } from './rate-limiter.ts';
import { RestFixture } from '../../testing/rest-fixture.ts';

/** The client that most bots use, as a judge of headers that no one here wrote. */
function client(discord: RestFixture, options: ConstructorParameters<typeof REST>[0] = {}): REST {
  return new REST({
    api: `${discord.origin}/api`,
    globalRequestsPerSecond: Number.POSITIVE_INFINITY,
    ...options,
  }).setToken(discord.bot.token);
}

const messages = '/channels/{channel.id}/messages';

describe('@discordjs/rest', () => {
  it('keeps a bucket by its headers, without a single 429', async () => {
    await using discord = await RestFixture.start({
      limits: { buckets: [{ routes: [`POST ${messages}`], limit: 4, windowMs: 300, window: 'fixed' }] },
    });
    const rest = client(discord);
    const body = { content: 'x' };
    await Promise.all(Array.from({ length: 12 }, () => rest.post(Routes.channelMessages(discord.general), { body })));
    expect(discord.rest.statistics()).toMatchObject({ statuses: { 200: 12 }, rateLimited: { user: 0, global: 0 } });
    expect(discord.recording.violations()).toEqual([]);
  });

  const quota = { limit: 50, windowMs: 1000 };
  const narrow = { limit: 1, windowMs: 900 };
  it.each<[string, LimitScope, LimitOptions]>([
    ['the global limit', 'global', { global: { ...narrow, window: 'sliding' } }],
    ['a shared limit', 'shared', { buckets: [{ ...quota, routes: [`POST ${messages}`], shared: narrow }] }],
    ['a sub-limit', 'user', { buckets: [{ ...quota, routes: [`POST ${messages}`], subLimit: narrow }] }],
  ])('runs into %s, waits as it is told and succeeds', async (_, scope, limits) => {
    await using discord = await RestFixture.start({ limits });
    const rest = client(discord);
    const body = { content: 'x' };
    await Promise.all(Array.from({ length: 2 }, () => rest.post(Routes.channelMessages(discord.general), { body })));
    const { statuses, rateLimited } = discord.rest.statistics();
    expect(statuses).toEqual({ 200: 2, 429: 1 });
    expect(rateLimited).toEqual({ user: 0, shared: 0, global: 0, [scope]: 1 });
  });

  it('is told the numbers of a rejection', async () => {
    await using discord = await RestFixture.start({
      limits: { buckets: [{ routes: [`GET ${messages}`], limit: 1, windowMs: 60_000, window: 'sliding' }] },
    });
    const rest = client(discord, { rejectOnRateLimit: ['/channels'] });
    const route = Routes.channelMessages(discord.general);
    await rest.get(route);
    const error = await rest.get(route).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ global: false, limit: 1, majorParameter: discord.general });
  });
});

describe('over HTTP', () => {
  it('a 429 has the headers and the body that Discord documents', async () => {
    await using discord = await RestFixture.start({
      limits: { buckets: [{ routes: ['GET /users/@me'], limit: 1, windowMs: 2500, window: 'sliding' }] },
    });
    await discord.call('GET', '/users/@me');
    const { status, headers, body } = await discord.call('GET', '/users/@me');
    expect(status).toBe(429);
    expect(body).toEqual({
      message: 'You are being rate limited.',
      retry_after: expect.closeTo(2.5, 0),
      global: false,
    });
    expect(Object.fromEntries(headers)).toMatchObject({
      'retry-after': '3',
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-scope': 'user',
      via: '1.1 google',
    });
  });

  it('errors carry the headers too', async () => {
    await using discord = await RestFixture.start({ limits: {} });
    const { status, headers } = await discord.call('GET', '/users/1');
    expect(status).toBe(404);
    expect(headers.get('x-ratelimit-remaining')).toBe('29');
  });

  it('limits can be changed at any time, and begin anew', async () => {
    await using discord = await RestFixture.start({
      limits: { buckets: [{ routes: ['GET /gateway'], limit: 1, windowMs: 60_000 }] },
    });
    await discord.call('GET', '/gateway');
    expect(await discord.call('GET', '/gateway')).toMatchObject({ status: 429 });
    discord.rest.setLimits({ enabled: false });
    expect(await discord.call('GET', '/gateway')).toMatchObject({ status: 200 });
  });
});

describe('the ban of those who make too many invalid requests', () => {
  const limits = { invalidRequests: { limit: 3, windowMs: 60_000, banMs: 250 } };

  it('comes from Cloudflare, not in JSON, and ends', async () => {
    await using discord = await RestFixture.start({ limits });
    for (let index = 0; index < 3; index += 1) {
      expect(await discord.call('GET', '/users/@me', { token: 'wrong' })).toMatchObject({ status: 401 });
    }
    const { status, headers, body } = await discord.call('GET', '/users/@me');
    expect({ status, body }).toEqual({ status: 429, body: 'error code: 1015' });
    expect(headers.get('retry-after')).toBe('1');
    expect(headers.get('via')).toBeNull();
    await expect.poll(async () => (await discord.call('GET', '/users/@me')).status).toBe(200);
    expect(discord.rest.statistics().banned).toBeGreaterThan(0);
  });

  it('counts 403 and 429, but not shared ones and not 404', async () => {
    await using discord = await RestFixture.start({
      limits: {
        ...limits,
        buckets: [{ routes: ['GET /gateway'], limit: 50, windowMs: 60_000, shared: { limit: 1, windowMs: 60_000 } }],
      },
    });
    const staff = discord.guild.channelNamed('staff').id;
    for (let index = 0; index < 5; index += 1) {
      await discord.call('GET', '/users/1');
      await discord.call('GET', '/gateway');
    }
    expect(await discord.call('GET', `/channels/${staff}`)).toMatchObject({ status: 403, body: { code: 50001 } });
    await discord.call('GET', `/channels/${staff}`);
    expect(await discord.call('GET', '/users/@me')).toMatchObject({ status: 200 });
    await discord.call('GET', `/channels/${staff}`);
    expect(await discord.call('GET', '/users/@me')).toMatchObject({ status: 429 });
  });
});
