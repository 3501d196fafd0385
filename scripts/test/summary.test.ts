import { expect, test } from 'vitest';
import { summarize } from './summary.ts';

const steps = [
  { title: 'Format', passed: true, seconds: 0.21 },
  { title: 'Tests', passed: false, seconds: 42.04 },
];

test('tells each step, where the services came from, and the counts in the last line', () => {
  const origin = { rabbitmq: 'docker', redis: 'environment' } as const;
  const text = summarize({ steps, origin, counts: { passed: 12, failed: 1, skipped: 0 } });
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    '',
    'Step    Result  Seconds',
    'Format  passed  0.2',
    'Tests   FAILED  42.0',
    '',
    'RabbitMQ: containers. Redis: given by the environment.',
    '',
    '12 passed, 1 failed',
  ]);
});

test('tells what was skipped', () => {
  const text = summarize({ steps, origin: undefined, counts: { passed: 1, failed: 0, skipped: 2 } });
  expect(text.split('\n').at(-1)).toBe('1 passed, 0 failed, 2 skipped');
});
