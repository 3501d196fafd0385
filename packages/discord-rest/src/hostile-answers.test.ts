import { describe, expect, it } from 'vitest';
import { against, failureOf, interaction, message } from './testing/against.ts';
import type { ScriptedAnswer } from './testing/scripted-server.ts';

const limited = (retryAfter: number, fields: object = {}): ScriptedAnswer => ({
  status: 429,
  json: { message: 'slow', retry_after: retryAfter, global: false, ...fields },
});

describe('a 429 to a first response', () => {
  it('is waited for as long as it asks', async () => {
    const { server, rest } = await against(limited(0.4), { status: 204 });
    const startedAt = performance.now();
    expect(await rest.deferReply(interaction())).toBe('acknowledged');
    expect(performance.now() - startedAt).toBeGreaterThan(395);
    expect(server.requests).toHaveLength(2);
  });

  it('that asks for longer than the three seconds ends it', async () => {
    const { server, rest } = await against(limited(5));
    expect(await failureOf(rest.deferReply(interaction()))).toMatchObject({
      kind: 'rate-limited',
      retryAfterMs: 5_000,
    });
    expect(server.requests).toHaveLength(1);
  });
});

it('a 429 again and again gives the call up, before it spends what Discord allows in refused requests', async () => {
  const { server, rest } = await against(limited(0));
  expect(await failureOf(rest.createMessage('5', { content: 'x' }, { nonce: 'n' }))).toMatchObject({
    kind: 'rate-limited',
  });
  expect(server.requests.length).toBeLessThanOrEqual(10);
});

describe('a refusal that is not in the words of Discord', () => {
  it('is of its edge: nothing else is tried for a while, and nothing is taken for done', async () => {
    const { server, rest } = await against({ status: 403, text: '<html>error code: 1006</html>' });
    expect(await failureOf(rest.createMessage('5', { content: 'x' }, { nonce: 'n' }))).toMatchObject({
      kind: 'blocked',
      remedy: 'retry',
    });
    expect((await failureOf(rest.gatewayBot())).kind).toBe('blocked');
    expect(server.requests).toHaveLength(1);
  });

  it('parks requests even when it asks for no time', async () => {
    const { server, rest } = await against({ status: 429, text: 'error code: 1015', headers: { 'retry-after': '0' } });
    for (let index = 0; index < 5; index += 1) expect((await failureOf(rest.gatewayBot())).kind).toBe('blocked');
    expect(server.requests).toHaveLength(1);
  });

  it('is none of a missing resource', async () => {
    const { rest } = await against({ status: 404, text: '<html>no such page</html>' });
    const error = await failureOf(rest.createMessage('5', { content: 'x' }, { nonce: 'n' }));
    expect(error).toMatchObject({ kind: 'unexpected-response', remedy: 'give-up' });
  });
});

describe('an answer that makes no sense', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
  const text = JSON.stringify(message);
  const whole = `${head}content-length: ${text.length}\r\n\r\n${text}`;

  it.each<[string, ScriptedAnswer, string]>([
    ['truncated', { raw: `${head}content-length: 5000\r\n\r\n${text}` }, 'unavailable'],
    ['no HTTP', { raw: 'SSH-2.0-OpenSSH_9.6\r\n' }, 'unavailable'],
    ['with endless headers', { raw: `${head}x: ${'y'.repeat(100_000)}\r\n\r\n` }, 'unavailable'],
    ['of the wrong type', { status: 200, text: 'fine' }, 'unexpected-response'],
    ['an array', { status: 200, json: [1] }, 'unexpected-response'],
    ['empty', { status: 204 }, 'unexpected-response'],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/steal' } }, 'unexpected-response'],
    ['nested without end', { status: 400, text: '['.repeat(200_000) }, 'invalid'],
  ])('is a failure: %s', async (_, answer, kind) => {
    const { rest } = await against(answer);
    const asked = rest.createMessage('5', { content: 'x' }, { nonce: 'n', deadline: Date.now() + 300 });
    expect((await failureOf(asked)).kind).toBe(kind);
  });

  it('does no harm where it is only odd', async () => {
    const { rest } = await against({ raw: `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${whole}` });
    expect(await rest.createMessage('5', { content: 'x' }, { nonce: 'n' })).toEqual(message);
  });

  it('and is too large is not asked for again', async () => {
    const { server, rest } = await against({ status: 200, text: 'x'.repeat(9 * 1024 * 1024) });
    expect((await failureOf(rest.gatewayBot())).kind).toBe('unexpected-response');
    expect(server.requests).toHaveLength(1);
    expect(rest.whyNotReady()).toBeUndefined();
  });

  it.each([
    ['retry_after', { retry_after: -1 }],
    ['code', { retry_after: 0.1, code: 'slow' }],
    ['global', { retry_after: 0.1, global: 'no' }],
  ])('is read as far as it can be: a 429 with an odd %s is one all the same', async (_, json) => {
    const { rest } = await against({ status: 429, json }, { status: 200, json: message });
    expect(await rest.createMessage('5', { content: 'x' }, { nonce: 'n' })).toEqual(message);
  });

  it.each([
    ['a time that never comes', { 'x-ratelimit-reset-after': 'Infinity' }],
    ['a time after all of us', { 'x-ratelimit-reset-after': '1e15' }],
    ['an endless name', { 'x-ratelimit-bucket': 'x'.repeat(10_000) }],
    ['a limit beyond all', { 'x-ratelimit-limit': '1e300' }],
  ])('tells of no limit: %s', async (_, headers) => {
    const bucket = { 'x-ratelimit-bucket': 'b', 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0' };
    const told = { ...bucket, 'x-ratelimit-reset-after': '9', ...headers };
    const { rest } = await against({ status: 200, json: message, headers: told });
    await rest.createMessage('5', { content: 'x' }, { nonce: 'n' });
    expect(await rest.createMessage('5', { content: 'x' }, { nonce: 'm' })).toEqual(message);
  });

  it('cannot make a wait without end a wait without pause', async () => {
    const { server, rest } = await against(limited(1e9), { status: 200, json: message });
    const stop = new AbortController();
    const asked = failureOf(rest.gatewayBot({ deadline: Infinity, signal: stop.signal }));
    while (server.requests.length === 0) await new Promise(setImmediate);
    setTimeout(() => stop.abort(), 200);
    expect((await asked).kind).toBe('aborted');
    expect(server.requests).toHaveLength(1);
  });
});
