import { expect, it } from 'vitest';
import { on, testContext, type Module } from '../index.ts';

it('an event comes to every module, whether or not another fails', async () => {
  const nonces = new Map<string, string>();
  const named = (name: string, fails: boolean): Module => ({
    name,
    events: [
      on('member.leave', (ctx) => {
        nonces.set(name, ctx.nonce());
        if (fails) throw new Error(`${name} has failed`);
      }),
    ],
  });
  const test = testContext([named('one', true), named('two', false)]);
  await expect(test.event('member.leave', { guild_id: '200', user: { id: '7' } })).rejects.toThrow('one has failed');
  expect([...nonces.keys()]).toEqual(['one', 'two']);
  expect(nonces.get('one')).not.toBe(nonces.get('two'));
});
