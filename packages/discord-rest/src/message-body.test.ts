import { expect, it } from 'vitest';
import { completedBody } from './message-body.ts';

const nobody = { parse: [] };

it('a post in a forum mentions nobody unless told to, and a thread without a message stays as it is', () => {
  const complete = (body: unknown) => completedBody('POST /channels/{channel.id}/threads', body);
  expect(complete({ name: 'x', message: { content: '@everyone' } })).toEqual({
    name: 'x',
    message: { content: '@everyone', allowed_mentions: nobody },
  });
  const message = { content: '<@3>', allowed_mentions: { users: ['3'] } };
  expect(complete({ name: 'x', message })).toEqual({ name: 'x', message });
  expect(complete({ name: 'x', type: 11 })).toEqual({ name: 'x', type: 11 });
});

it('an edit mentions nobody unless told to, and says nothing of it where it has no text', () => {
  const complete = (body: unknown) => completedBody('PATCH /channels/{channel.id}/messages/{message.id}', body);
  expect(complete({ content: '<@3>' })).toEqual({ content: '<@3>', allowed_mentions: nobody });
  expect(complete({ components: [] })).toEqual({ components: [], allowed_mentions: nobody });
  expect(complete({ flags: 4 })).toEqual({ flags: 4 });
});

it('a message without a nonce, or with one that is none, gets one', () => {
  const complete = (body: unknown) => completedBody('POST /channels/{channel.id}/messages', body);
  for (const body of [{ content: 'x' }, { content: 'x', nonce: undefined, enforce_nonce: false }]) {
    expect(complete(body)).toMatchObject({ nonce: expect.stringMatching(/^[\w-]{16}$/), enforce_nonce: true });
  }
});
