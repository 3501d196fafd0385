import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';
import type { LimitedRequest, Verdict } from './rate-limiter.ts';
import type { LimitOptions } from './options.ts';
import { snowflakeAt } from '../../world/snowflake.ts';

const messages = '/channels/{channel.id}/messages';

function limiter(options: LimitOptions = {}): {
  limits: RateLimiter;
  take: (request?: Partial<LimitedRequest>) => Verdict;
  wait: (ms: number) => void;
} {
  let nowMs = 0;
  const limits = new RateLimiter(1, () => nowMs);
  limits.setLimits(options);
  const request = { method: 'POST', template: messages, params: { 'channel.id': '1' }, body: {}, identity: 'bot' };
  return {
    limits,
    take: (changes = {}) => limits.take({ ...request, ...changes }),
    wait: (milliseconds) => {
      nowMs += milliseconds;
    },
  };
}

function scopes(count: number, take: () => Verdict): (string | undefined)[] {
  return Array.from({ length: count }, () => take().rejection?.scope);
}

const granted = (count: number): undefined[] => Array.from({ length: count }, () => undefined);

it('counts each channel, bot and route by itself', () => {
  const { take } = limiter();
  expect(scopes(6, take)).toEqual([...granted(5), 'user']);
  expect(take({ params: { 'channel.id': '2' } }).rejection).toBeUndefined();
  expect(take({ identity: 'other' }).rejection).toBeUndefined();
  expect(take({ method: 'GET' }).rejection).toBeUndefined();
});

it('says in its headers how a bucket stands', () => {
  const { take } = limiter({ buckets: [{ routes: [`* ${messages}`], limit: 2, windowMs: 3000, window: 'fixed' }] });
  const first = take().headers;
  expect(first).toMatchObject({ 'X-RateLimit-Limit': '2', 'X-RateLimit-Remaining': '1' });
  expect(first['X-RateLimit-Bucket']).toMatch(/^[0-9a-f]{32}$/);
  const resetAfterMs = Number(first['X-RateLimit-Reset-After']) * 1000;
  expect(resetAfterMs).toBeGreaterThan(0);
  expect(resetAfterMs).toBeLessThanOrEqual(3000);
  expect(Number(first['X-RateLimit-Reset']) * 1000 - Date.now()).toBeCloseTo(resetAfterMs, -3);
  expect(first).not.toHaveProperty('X-RateLimit-Scope');
  take();
  expect(take()).toMatchObject({
    headers: {
      'X-RateLimit-Scope': 'user',
      'X-RateLimit-Remaining': '0',
      'Retry-After': String(Math.ceil(resetAfterMs / 1000)),
    },
    rejection: { scope: 'user', retryAfterMs: expect.closeTo(resetAfterMs, 0) },
  });
  expect(take({ params: { 'channel.id': '2' } }).headers['X-RateLimit-Bucket']).toBe(first['X-RateLimit-Bucket']);
});

it('begins fixed windows at a random moment', () => {
  const { take } = limiter({ buckets: [{ routes: [`* ${messages}`], limit: 2, windowMs: 3000, window: 'fixed' }] });
  const resets = ['1', '2', '3'].map((id) => take({ params: { 'channel.id': id } }).headers['X-RateLimit-Reset-After']);
  expect(new Set(resets).size).toBe(3);
});

describe('the global limit', () => {
  const spread = (take: (request: Partial<LimitedRequest>) => Verdict, count: number): (string | undefined)[] =>
    Array.from({ length: count }, (_, index) => take({ params: { 'channel.id': String(index) } }).rejection?.scope);

  it('is 50 requests a second for each bot', () => {
    const { take, wait } = limiter();
    expect(spread(take, 51)).toEqual([...granted(50), 'global']);
    const { headers } = take({ params: { 'channel.id': '99' } });
    expect(headers).toMatchObject({ 'X-RateLimit-Global': 'true', 'X-RateLimit-Scope': 'global', 'Retry-After': '1' });
    expect(headers).not.toHaveProperty('X-RateLimit-Bucket');
    expect(take({ identity: 'other' }).rejection).toBeUndefined();
    wait(1000);
    expect(spread(take, 51)).toEqual([...granted(50), 'global']);
  });

  it('leaves interaction endpoints alone', () => {
    const { take } = limiter({ global: { limit: 1 } });
    const callback = '/interactions/{interaction.id}/{interaction.token}/callback';
    const followUp = '/webhooks/{application.id}/{interaction.token}';
    take();
    expect(take().rejection?.scope).toBe('global');
    expect(scopes(100, () => take({ template: callback, params: { 'interaction.token': 't' } }))).toEqual(granted(100));
    expect(take({ template: followUp, params: { 'interaction.token': 't' } }).rejection).toBeUndefined();
  });
});

it('gives a callback no bucket, and the follow-ups of each interaction one of their own', () => {
  const { take } = limiter();
  expect(take({ template: '/interactions/{interaction.id}/{interaction.token}/callback' }).headers).toEqual({});
  const followUp = (token: string, template = '/webhooks/{application.id}/{interaction.token}'): Verdict =>
    take({ template, params: { 'application.id': '1', 'interaction.token': token } });
  expect(scopes(5, () => followUp('a'))).toEqual(granted(5));
  expect(
    take({
      method: 'PATCH',
      template: '/webhooks/{application.id}/{interaction.token}/messages/@original',
      params: { 'application.id': '1', 'interaction.token': 'a' },
    }).rejection?.scope,
  ).toBe('user');
  expect(followUp('b').rejection).toBeUndefined();
});

it('answers shared limits with room left in the own bucket', () => {
  const { take } = limiter({
    buckets: [{ routes: [`POST ${messages}`], limit: 10, windowMs: 1000, shared: { limit: 2, windowMs: 5000 } }],
  });
  take();
  take({ identity: 'other' });
  const { rejection, headers } = take();
  expect(rejection?.scope).toBe('shared');
  expect(headers).toMatchObject({ 'X-RateLimit-Scope': 'shared', 'X-RateLimit-Remaining': '8' });
});

it('answers sub-limits with another bucket, and only where they hold', () => {
  const subLimit = { limit: 1, windowMs: 600_000, when: { bodyHas: 'name' } };
  const { take } = limiter({ buckets: [{ routes: [`POST ${messages}`], limit: 10, windowMs: 1000, subLimit }] });
  const named = { body: { name: 'x' } };
  const bucket = take(named).headers['X-RateLimit-Bucket'];
  const { rejection, headers } = take(named);
  expect(rejection?.scope).toBe('user');
  expect(headers['X-RateLimit-Bucket']).not.toBe(bucket);
  expect(headers).toMatchObject({ 'X-RateLimit-Limit': '1', 'Retry-After': '600' });
  expect(take().headers['X-RateLimit-Bucket']).toBe(bucket);
});

it('has other buckets for deleting new and old messages', () => {
  const { take } = limiter();
  const remove = (ageMs: number): unknown =>
    take({
      method: 'DELETE',
      template: `${messages}/{message.id}`,
      params: { 'channel.id': '1', 'message.id': snowflakeAt(Date.now() - ageMs) },
    }).headers['X-RateLimit-Bucket'];
  expect(new Set([remove(0), remove(60_000), remove(15 * 86_400_000)]).size).toBe(3);
});

it('can be switched off', () => {
  const { take } = limiter({ enabled: false });
  expect(scopes(200, take)).toEqual(granted(200));
});

it('refuses limits that make no sense', () => {
  expect(() => limiter({ buckets: [{ routes: [], limit: 0, windowMs: 1 }] })).toThrow('routes');
});

it('others use up a shared limit, now and then, of one resource', () => {
  const { limits, take, wait } = limiter({
    buckets: [
      {
        routes: [`POST ${messages}`],
        limit: 1_000,
        windowMs: 1_000,
        shared: { limit: 50, windowMs: 1_000, window: 'fixed', usedUpEveryMs: 20_000 },
      },
    ],
  });
  const rejected: string[] = [];
  for (let second = 0; second < 400; second += 1) {
    for (const channel of ['1', '2']) {
      const { rejection } = take({ params: { 'channel.id': channel } });
      if (rejection === undefined) continue;
      expect(rejection.scope).toBe('shared');
      expect(rejection.retryAfterMs).toBeLessThanOrEqual(1_000);
      rejected.push(`${second}`);
    }
    wait(1_000);
  }
  // One request a second meets each time once.
  expect(limits.usedUpByOthers).toBe(rejected.length);
  expect(rejected.length).toBeGreaterThan(20);
  expect(rejected.length).toBeLessThan(80);
  expect(new Set(rejected).size).toBeGreaterThan(rejected.length / 2);
});
