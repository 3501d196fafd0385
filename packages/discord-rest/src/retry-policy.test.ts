import { describe, expect, it } from 'vitest';
import { DiscordRestError } from './discord-rest-error.ts';
import { attemptTimeoutOf, retryDelay } from './retry-policy.ts';
import { routeTo } from './route.ts';

const webhook = { 'application.id': '9', 'interaction.token': 'token' };
const callback = routeTo('POST /interactions/{interaction.id}/{interaction.token}/callback', {
  parameters: { 'interaction.id': '1', 'interaction.token': 'secret-token' },
});
const followup = routeTo('POST /webhooks/{application.id}/{interaction.token}', { parameters: webhook });
const getOriginal = routeTo('GET /webhooks/{application.id}/{interaction.token}/messages/@original', {
  parameters: webhook,
});
const createMessage = routeTo('POST /channels/{channel.id}/messages', { parameters: { 'channel.id': '5' } });

const history = { attempt: 1, rateLimits: 0, elapsedMs: 0, random: 0 };

describe('an attempt', () => {
  it('has a second of the three of a first response, and ten otherwise', () => {
    expect([callback, createMessage].map((route) => attemptTimeoutOf(route))).toEqual([1_000, 10_000]);
  });
});

describe('a failed attempt', () => {
  it.each(['too-late', 'forbidden', 'invalid', 'unknown-outcome', 'blocked', 'unauthorized'] as const)(
    'that means %s is not repeated',
    (kind) => {
      const error = new DiscordRestError(kind, createMessage);
      expect(retryDelay(error, { ...history, route: createMessage })).toBeUndefined();
    },
  );

  it('that may be repeated waits longer each time, and at last gives up', () => {
    const error = new DiscordRestError('unavailable', createMessage);
    const delays = [1, 2, 3, 4, 5, 6].map((attempt) =>
      retryDelay(error, { ...history, route: createMessage, attempt, random: 1 }),
    );
    expect(delays).toEqual([300, 600, 1200, 2400, 4800, undefined]);
  });

  it('of a first response is repeated until its three seconds are over', () => {
    const error = new DiscordRestError('unavailable', callback);
    const delays = [1, 2, 3, 4, 5, 20].map((attempt) =>
      retryDelay(error, { ...history, route: callback, attempt, random: 1 }),
    );
    expect(delays).toEqual([50, 100, 200, 400, 400, 400]);
  });

  it('waits at least as long as Discord asks', () => {
    const error = new DiscordRestError('unavailable', createMessage, { retryAfterMs: 7_000 });
    expect(retryDelay(error, { ...history, route: createMessage })).toBe(7_000);
  });

  it('that met a limit waits by itself where no limiter does, and at last gives up', () => {
    const error = new DiscordRestError('rate-limited', callback, { retryAfterMs: 700 });
    expect(retryDelay(error, { ...history, route: callback, rateLimits: 1 })).toBe(700);
    expect(retryDelay(error, { ...history, route: createMessage, rateLimits: 9 })).toBe(0);
    expect(retryDelay(error, { ...history, route: createMessage, rateLimits: 10 })).toBeUndefined();
  });

  it('for a webhook that may not exist yet is repeated for ten seconds', () => {
    const error = new DiscordRestError('not-found', followup, { status: 404, code: 10015 });
    expect(retryDelay(error, { ...history, route: followup, attempt: 9, elapsedMs: 9_000 })).toBe(250);
    expect(retryDelay(error, { ...history, route: followup, attempt: 9, elapsedMs: 10_000 })).toBeUndefined();
    expect(retryDelay(error, { ...history, route: getOriginal })).toBeUndefined();
  });
});
