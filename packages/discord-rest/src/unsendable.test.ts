import { inspect } from 'node:util';
import type { APIEmbed } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { MessageBody } from './options.ts';
import { against, failureOf, interaction, message } from './testing/against.ts';

const channel = { 'channel.id': '5' };

describe('a file that cannot be read', () => {
  async function* broken() {
    yield Buffer.from('beginning');
    throw Object.assign(new Error('no such file: /home/secret'), { code: 'ENOENT' });
  }
  const files = [{ name: 'a.txt', data: broken }];

  it('is the fault of the request and not of Discord, and is not tried again', async () => {
    const { server, rest, events } = await against({ status: 200, json: message });
    const failure = await failureOf(rest.createMessage('5', { content: 'x' }, { nonce: 'n', files }));
    expect(failure).toMatchObject({ kind: 'invalid', remedy: 'give-up', attempt: 1 });
    expect(failure.message).toContain('UNREADABLE_FILE');
    expect(inspect([failure, events], { depth: 5 })).not.toContain('secret');
    expect(rest.whyNotReady()).toBeUndefined();
    expect(server.requests).toHaveLength(0);
    expect(await rest.createMessage('5', { content: 'x' }, { nonce: 'n' })).toEqual(message);
  });

  it('before its first byte', async () => {
    const { rest } = await against({ status: 200, json: message });
    const data = (): AsyncIterable<Uint8Array> => {
      throw new Error('not even opened');
    };
    const options = { files: [{ name: 'a.txt', data }] };
    expect(await failureOf(rest.sendFollowup(interaction(), { content: 'x' }, options))).toMatchObject({
      kind: 'invalid',
    });
  });
});

describe('what cannot be sent', () => {
  const circle: APIEmbed[] = [];
  circle.push(Object.assign({}, { title: 'x', circle }));

  it.each<[string, MessageBody]>([
    ['a number that JSON has not', Object.assign({ content: 'x' }, { total: 5n })],
    ['a circle', { embeds: circle }],
  ])('a body with %s fails, and keeps no place of any limit', async (_, body) => {
    const { server, rest, events } = await against({ status: 200, json: message });
    const failure = await failureOf(rest.createMessage('5', body, { nonce: 'n' }));
    expect(failure).toMatchObject({ kind: 'invalid', remedy: 'give-up' });
    expect(server.requests).toHaveLength(0);
    expect(events).toEqual([]);
  });

  // `/channels/5/messages/..` is `/channels/5` for what is on the way.
  it.each(['', '.', '..'])("a path that leads elsewhere: '%s' is no id", async (id) => {
    const { server, rest } = await against({ status: 200, json: message });
    const parameters = { ...channel, 'message.id': id };
    const failure = await failureOf(
      rest.request('DELETE /channels/{channel.id}/messages/{message.id}', { parameters }),
    );
    expect(failure).toMatchObject({ kind: 'invalid', remedy: 'give-up' });
    expect(failure.message).toContain('message.id');
    expect(server.requests).toHaveLength(0);
  });

  it('half a character is sent as the one that stands for what is unreadable', async () => {
    const { server, rest } = await against({ status: 204 });
    const half = '😀'.slice(0, 1);
    await rest.request('PUT /channels/{channel.id}/messages/{message.id}/reactions/{emoji}/@me', {
      parameters: { ...channel, 'message.id': '6', emoji: half },
      reason: half,
    });
    expect(server.requests[0]?.path).toContain('/reactions/%EF%BF%BD/@me');
    expect(server.requests[0]?.headers['x-audit-log-reason']).toBe('%EF%BF%BD');
  });

  it('an interaction whose id is none is left to Discord', async () => {
    const { rest } = await against({ status: 404, json: { code: 10062 } });
    const odd = { id: 'odd', token: 't' };
    expect((await failureOf(rest.deferReply(odd))).kind).toBe('too-late');
    expect((await failureOf(rest.editOriginal(odd, { content: 'x' }))).kind).toBe('too-late');
  });
});

describe('when there is no time left', () => {
  it('nothing is sent', async () => {
    const { server, rest } = await against({ status: 200, json: message });
    const late = { deadline: Date.now() - 1 };
    expect((await failureOf(rest.gatewayBot(late))).kind).toBe('unavailable');
    expect((await failureOf(rest.sendFollowup(interaction(), { content: 'x' }, late))).kind).toBe('unavailable');
    expect(server.requests).toHaveLength(0);
  });

  it('an interaction that has expired is too late', async () => {
    const { server, rest } = await against({ status: 200, json: message });
    const expired = interaction(15 * 60_000 + 1);
    expect((await failureOf(rest.sendFollowup(expired, { content: 'x' }))).kind).toBe('too-late');
    expect(await rest.isAcknowledged(expired)).toBe(false);
    expect(server.requests).toHaveLength(0);
  });
});

describe('a request that is ended before it was sent', () => {
  it('may be made again, whatever it does', async () => {
    const { rest, events } = await against({ status: 429, json: { retry_after: 5 } });
    const stop = new AbortController();
    const asked = failureOf(rest.sendFollowup(interaction(), { content: 'x' }, { signal: stop.signal }));
    while (!events.some(({ type }) => type === 'rate-limited')) await new Promise(setImmediate);
    stop.abort();
    expect(await asked).toMatchObject({ kind: 'aborted', remedy: 'retry' });
    const aborted = { signal: AbortSignal.abort() };
    expect(await failureOf(rest.sendFollowup(interaction(), { content: 'x' }, aborted))).toMatchObject({
      remedy: 'retry',
    });
  });

  it('may not once it is under way', async () => {
    const { server, rest } = await against('silence');
    const stop = new AbortController();
    const asked = failureOf(rest.sendFollowup(interaction(), { content: 'x' }, { signal: stop.signal }));
    while (server.requests.length === 0) await new Promise(setImmediate);
    stop.abort();
    expect(await asked).toMatchObject({ kind: 'aborted', remedy: 'give-up' });
  });
});
