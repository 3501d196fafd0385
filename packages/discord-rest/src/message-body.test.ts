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
