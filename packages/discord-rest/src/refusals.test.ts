import { describe, expect, it } from 'vitest';
import { against, failureOf, message } from './testing/against.ts';

const refused = { status: 403, json: { code: 50013 } };
const channel = { 'channel.id': '5' };
const member = { 'guild.id': '7', 'user.id': '8' };

describe('what Discord has refused', () => {
  it('is remembered of messages of the same make, whatever they say', async () => {
    const { server, rest } = await against(refused);
    await failureOf(rest.createMessage('5', { content: 'one' }, { nonce: '1' }));
    const again = await failureOf(rest.createMessage('5', { content: 'two' }, { nonce: '2' }));
    expect(again).toMatchObject({ kind: 'forbidden', code: 50013 });
    expect(server.requests).toHaveLength(1);
  });

  it('of a message with a file says nothing of one without', async () => {
    const { server, rest } = await against(refused, { status: 200, json: message });
    const files = [{ name: 'a.txt', data: Buffer.from('a') }];
    await failureOf(rest.createMessage('5', { content: 'one' }, { nonce: '1', files }));
    expect(await rest.createMessage('5', { content: 'one' }, { nonce: '2' })).toEqual(message);
    expect(server.requests).toHaveLength(2);
  });

  it('of one change says nothing of another', async () => {
    const { server, rest } = await against(refused, { status: 200, json: {} });
    const change = (body: { nick?: string; mute?: boolean }) =>
      rest.request('PATCH /guilds/{guild.id}/members/{user.id}', { parameters: member, body });
    await failureOf(change({ nick: 'king' }));
    await failureOf(change({ nick: 'king' }));
    expect(server.requests).toHaveLength(1);
    await change({ mute: true });
    await change({ nick: 'pawn' });
    expect(server.requests).toHaveLength(3);
  });

  it('because of a webhook token is that the webhook is gone', async () => {
    const { server, rest } = await against({ status: 401, json: { code: 50027 } });
    const parameters = { 'webhook.id': '1', 'webhook.token': 'old' };
    const post = () =>
      failureOf(rest.request('POST /webhooks/{webhook.id}/{webhook.token}', { parameters, body: { content: 'x' } }));
    expect(await post()).toMatchObject({ kind: 'not-found', remedy: 'none' });
    expect(await post()).toMatchObject({ kind: 'not-found', remedy: 'none' });
    expect(server.requests).toHaveLength(1);
    expect(rest.whyNotReady()).toBeUndefined();
  });
});

it('a message that is gone is deleted', async () => {
  const { rest } = await against({ status: 404, json: { code: 10008 } });
  const parameters = { ...channel, 'message.id': '6' };
  await rest.request('DELETE /channels/{channel.id}/messages/{message.id}', { parameters });
  expect(
    await failureOf(rest.request('GET /channels/{channel.id}/messages/{message.id}', { parameters })),
  ).toMatchObject({
    kind: 'not-found',
  });
});
