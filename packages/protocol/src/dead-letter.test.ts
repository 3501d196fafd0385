import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDeadLetter, failureHeaders } from './dead-letter.ts';
import { encodeEvent } from './message.ts';

const event = {
  id: '100:session:7',
  type: 'member.join',
  applicationId: '100',
  priority: 0,
  shard: 0,
  sequence: 7,
  guildId: '200',
  receivedAt: 1_700_000_000_000,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  body: Buffer.from('{}'),
};

function letter(headers: Record<string, unknown>) {
  const { body, properties } = encodeEvent(event);
  return decodeDeadLetter({ body, properties: { ...properties, headers: { ...properties.headers, ...headers } } });
}

describe('a dead letter', () => {
  it('of a worker says what failed, where, when and how often', () => {
    const attempts = [{ attempt: 1, at: 5, error: 'TypeError', kind: 'unknown', worker: 'worker 1' }];
    expect(
      letter({
        [failureHeaders.attempt]: 3,
        [failureHeaders.attempts]: [...attempts, { attempt: 'many' }, 'nonsense'],
        [failureHeaders.firstFailed]: 5,
        [failureHeaders.lastFailed]: 9,
        [failureHeaders.error]: 'TypeError',
        [failureHeaders.errorKind]: 'unknown',
        [failureHeaders.errorMessage]: 'x is not a function',
        [failureHeaders.errorStack]: 'TypeError: x',
        [failureHeaders.fingerprint]: 'abc',
        [failureHeaders.origin]: 'arrakis.events.guild',
        [failureHeaders.worker]: 'worker 1',
        [failureHeaders.workerVersion]: '1.2.3',
        [failureHeaders.expired]: true,
      }),
    ).toEqual({
      id: event.id,
      type: event.type,
      applicationId: '100',
      guildId: '200',
      userId: undefined,
      receivedAt: event.receivedAt,
      traceparent: event.traceparent,
      body: event.body,
      by: 'worker',
      origin: 'arrakis.events.guild',
      error: { name: 'TypeError', kind: 'unknown', message: 'x is not a function', stack: 'TypeError: x' },
      fingerprint: 'abc',
      attempt: 3,
      attempts,
      firstFailedAt: 5,
      lastFailedAt: 9,
      worker: 'worker 1',
      workerVersion: '1.2.3',
      expired: true,
    });
  });

  it('of RabbitMQ itself is told from its newest death, whatever failed before', () => {
    const deaths = [
      { reason: 'delivery_limit', queue: 'arrakis.events.guild', count: 1, time: { '!': 'timestamp', value: 1_700 } },
      { reason: 'expired', queue: 'arrakis.retry.2s', count: 1 },
    ];
    expect(letter({ 'x-death': deaths, [failureHeaders.error]: 'TypeError' })).toMatchObject({
      by: 'broker',
      origin: 'arrakis.events.guild',
      error: { name: 'BrokerDeadLetter', kind: 'delivery-limit' },
      fingerprint: 'broker:delivery-limit:arrakis.events.guild',
      lastFailedAt: 1_700_000,
    });
  });

  it('of RabbitMQ itself that has been moved on is told from its headers', () => {
    const headers = { [failureHeaders.error]: 'BrokerDeadLetter', [failureHeaders.errorKind]: 'delivery-limit' };
    expect(letter(headers)).toMatchObject({
      by: 'broker',
      error: { name: 'BrokerDeadLetter', kind: 'delivery-limit' },
    });
  });

  it('of whoever put it there is readable as well', () => {
    expect(letter({})).toMatchObject({ by: 'unknown', error: { name: 'Unknown', kind: 'unknown' }, attempt: 1 });
  });

  it('is read whatever its properties are', () => {
    const headers = fc.dictionary(fc.constantFrom(...Object.values(failureHeaders), 'x-death'), fc.anything());
    const properties = fc.oneof(fc.anything(), fc.record({ messageId: fc.anything(), headers }));
    fc.assert(
      fc.property(properties, (drawn) => {
        const body = Buffer.from('x');
        const read = decodeDeadLetter({ body, properties: drawn });
        expect(read.body).toBe(body);
        expect(read.fingerprint).toBeTypeOf('string');
      }),
    );
  });
});
