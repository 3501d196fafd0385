import { encodeEvent } from '@arrakis/protocol';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../testing/deliveries.ts';
import { Trial } from '../testing/trial.ts';

/** The JSON of a member event; `padding` bytes larger than it need be. */
const member = (username: string, padding = 0) =>
  Buffer.from(JSON.stringify({ guild_id: '200', user: { id: '7', username }, bio: 'x'.repeat(padding) }));

describe('a worker', { tags: ['fault-15'] }, () => {
  it('dead-letters what is malformed, and handles what is large, with nobody held up', async ({ task }) => {
    await using trial = await Trial.prepare();
    const client = await trial.connectClient();
    await trial.startReady();
    const { guildEvents: queue } = trial.broker.names;
    const { properties } = encodeEvent(eventOf('member.join', {}, { applicationId: trial.applicationId }));
    const send = (messageId: string, content: Buffer, headers: Record<string, unknown> = { ...properties.headers }) =>
      trial.sendAs(client, { queue, content, options: { ...properties, messageId, headers } });
    await send('no-headers', member('innocent'), {});
    await send('no-json', Buffer.from('{"guild_id":'));
    await send('no-member', Buffer.from('[]'));
    await send('empty', Buffer.alloc(0));
    await trial.publish('member.join', 'innocent', { body: member('innocent', 2 ** 20) });
    // With what a copy adds to them, they are more than AMQP clients can encode.
    const headers = { ...properties.headers, 'x-large': '界'.repeat(21_400) };
    await send('large-and-failing', member('fails'), headers);
    await send('large-and-retried', member('failsOnce'), headers);
    await trial.publishMany(20, 'innocent');
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(Object.fromEntries(trial.deadLetters.map(({ id, error }) => [id, error.kind]))).toEqual({
      'no-headers': 'malformed',
      'no-json': 'malformed',
      'no-member': 'malformed',
      empty: 'malformed',
      'large-and-failing': 'unknown',
    });
    expect(trial.effects()).toContain('large-and-retried');
  });
});
