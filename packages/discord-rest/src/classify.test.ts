import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failureOf, failureWithoutAnswer, rateLimitOf } from './classify.ts';
import type { Response } from './response.ts';
import { routeTo, type Route } from './route.ts';

const webhook = { 'application.id': '9', 'interaction.token': 'secret-token' };
const callback = routeTo('POST /interactions/{interaction.id}/{interaction.token}/callback', {
  parameters: { 'interaction.id': '1', 'interaction.token': 'secret-token' },
});
const followup = routeTo('POST /webhooks/{application.id}/{interaction.token}', { parameters: webhook });
const createMessage = routeTo('POST /channels/{channel.id}/messages', { parameters: { 'channel.id': '5' } });

function answer(status: number, body?: unknown, headers: Response['headers'] = {}): Response {
  return { status, body, headers };
}

describe('an answer of Discord', () => {
  it.each<[string, Route, Response, string, boolean]>([
    ['unknown interaction', callback, answer(404, { code: 10062 }), 'too-late', false],
    ['acknowledged before', callback, answer(400, { code: 40060 }), 'already-acknowledged', false],
    ['token expired', followup, answer(401, { code: 50027 }), 'too-late', false],
    ['token of the bot refused', createMessage, answer(401, { code: 0 }), 'unauthorized', true],
    ['missing permissions', createMessage, answer(403, { code: 50013 }), 'forbidden', false],
    ['unknown channel', createMessage, answer(404, { code: 10003 }), 'not-found', false],
    ['invalid body', createMessage, answer(400, { code: 50035 }), 'invalid', false],
    ['rate limit', createMessage, answer(429, { retry_after: 0.5 }), 'rate-limited', true],
    ["a 429 of Discord's edge", createMessage, answer(429), 'blocked', true],
    ["the edge's 40333", createMessage, answer(403, { code: 40333 }), 'blocked', true],
    ['service resource limited', createMessage, answer(429, { code: 40062 }), 'unavailable', true],
    ['overloaded', createMessage, answer(503, { code: 130000 }), 'unavailable', true],
    ['502 of what must not be repeated', followup, answer(502), 'unavailable', true],
    ['500 of what may be repeated', createMessage, answer(500), 'unavailable', true],
    ['500 of what must not be repeated', followup, answer(500), 'unknown-outcome', false],
    ['504 of what must not be repeated', followup, answer(504), 'unknown-outcome', false],
    ['a redirect', createMessage, answer(302), 'unexpected-response', false],
  ])('%s', (_, route, response, kind, retryable) => {
    expect(failureOf(route, response, 1)).toMatchObject({ kind, retryable });
  });

  it('is no failure between 200 and 299', () => {
    expect(failureOf(callback, answer(204), 1)).toBeUndefined();
  });

  it('names invalid fields by path and code, without what was sent', () => {
    const errors = {
      embeds: { 0: { title: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'sent: hunter2' }] } } },
    };
    const failure = failureOf(createMessage, answer(400, { code: 50035, message: 'hunter2', errors }), 1);
    expect(failure?.message).toContain('embeds.0.title BASE_TYPE_MAX_LENGTH');
    expect(failure?.message).not.toContain('hunter2');
  });

  it('never shows the token that its path holds', () => {
    const failure = failureOf(callback, answer(404, { code: 10062 }), 2);
    expect(failure?.message).toBe(
      'POST /interactions/{interaction.id}/{interaction.token}/callback failed, too-late: 404 UnknownInteraction (10062)',
    );
    expect(inspect(failure, { showHidden: true, depth: 5 })).not.toContain('secret-token');
  });
});

describe('no answer', () => {
  it.each([
    [createMessage, true, 'unavailable'],
    [followup, false, 'unavailable'],
    [followup, true, 'unknown-outcome'],
  ])('to %o, sent: %s, is %s', (route, sent, kind) => {
    expect(failureWithoutAnswer(route, { sent, code: 'ECONNRESET', attempt: 1 }).kind).toBe(kind);
  });
});

describe('a rate limit', () => {
  it.each([
    [answer(429, { retry_after: 1.25, global: false }, { 'x-ratelimit-scope': 'user' }), 1250, 'user'],
    [answer(429, { retry_after: 0.1, global: true }), 100, 'global'],
    [answer(429, { retry_after: 3 }, { 'x-ratelimit-scope': 'shared' }), 3000, 'shared'],
    [answer(429, {}, { 'retry-after': '2' }), 2000, 'user'],
    [answer(429, {}), 1000, 'user'],
  ])('of %o', (response, retryAfterMs, scope) => {
    expect(rateLimitOf(response)).toEqual({ retryAfterMs, scope });
  });

  it('is neither another status nor a page', () => {
    expect(rateLimitOf(answer(200, {}))).toBeUndefined();
    expect(rateLimitOf(answer(429, undefined))).toBeUndefined();
  });
});
