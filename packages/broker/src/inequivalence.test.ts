import { describe, expect, it } from 'vitest';
import { describeDifference, differenceIn } from './inequivalence.ts';

const refusal = (text: string) =>
  `Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg ${text}"`;

describe('the difference that RabbitMQ names', () => {
  it.each([
    [
      `'x-max-length' for queue 'a' in vhost '/': received '2' but current is '1'`,
      { argument: 'x-max-length', wanted: 2, current: 1 },
    ],
    [
      `'x-max-priority' for queue 'a' in vhost '/': received none but current is the value '10' of type 'byte'`,
      { argument: 'x-max-priority', wanted: undefined, current: 10 },
    ],
    [
      `'x-overflow' for queue 'a' in vhost '/': received the value 'reject-publish' of type 'longstr' but current is none`,
      { argument: 'x-overflow', wanted: 'reject-publish', current: undefined },
    ],
    [
      `'x-dead-letter-exchange' for queue 'it's' in vhost '/': received 'amq.direct' but current is ''`,
      { argument: 'x-dead-letter-exchange', wanted: 'amq.direct', current: '' },
    ],
    [
      `'x-dead-letter-routing-key' for queue 'a' in vhost '/': received none but current is the value '10' of type 'longstr'`,
      { argument: 'x-dead-letter-routing-key', wanted: undefined, current: '10' },
    ],
    [
      `'durable' for queue 'a' in vhost '/': received 'true' but current is 'false'`,
      { argument: 'durable', wanted: true, current: false },
    ],
    [
      `'type' for exchange 'e' in vhost '/': received 'topic' but current is 'direct'`,
      { argument: 'type', wanted: 'topic', current: 'direct' },
    ],
  ])('is read out of: inequivalent arg %s', (text, difference) => {
    expect(differenceIn(refusal(text))).toEqual(difference);
  });

  it('is not guessed from another text', () => {
    expect(differenceIn(`PRECONDITION_FAILED - invalid arg 'x-max-priority' for queue 'a'`)).toBeUndefined();
  });

  it('is told in words', () => {
    expect(describeDifference({ argument: 'x-max-length', wanted: 2, current: 1 })).toBe(
      'x-max-length is 1, and should be 2',
    );
    expect(describeDifference({ argument: 'x-overflow', wanted: 'reject-publish', current: undefined })).toBe(
      `x-overflow is not set, and should be 'reject-publish'`,
    );
    expect(describeDifference({ argument: 'x-max-priority', wanted: undefined, current: 5 })).toBe(
      'x-max-priority is 5, and should not be set',
    );
  });
});
