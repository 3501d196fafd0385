import { expect, it } from 'vitest';
import type { LimitFeedback } from './limit-feedback.ts';
import { LocalLimiter } from './local-limiter.ts';
import { routeTo } from './route.ts';

const patience = { deadline: Date.now() + 60_000, signal: undefined, lane: 'normal' } as const;
const told = (remaining: number, resetAfterMs: number): LimitFeedback => ({
  result: 'ok',
  hash: 'h',
  limit: 2,
  remaining,
  resetAfterMs,
  retryAfterMs: 0,
});
const routeIn = (channelId: string) =>
  routeTo('POST /channels/{channel.id}/messages', { parameters: { 'channel.id': channelId } });

it('a place of a window that is over is not given back to the next', async () => {
  const limiter = new LocalLimiter(1_000);
  const route = routeIn('5');
  limiter.learn(route, told(2, 100));
  const late = await limiter.admit(route, patience);
  await limiter.admit(route, patience);
  // These open the next window.
  await limiter.admit(route, patience);
  await limiter.admit(route, patience);
  late.refund();
  const startedAt = performance.now();
  await limiter.admit(route, patience);
  expect(performance.now() - startedAt).toBeGreaterThan(50);
});

it('many channels that are limited at the same time take no longer, each, than few', async () => {
  const limiter = new LocalLimiter(1_000);
  const learn = (from: number, count: number) => {
    const startedAt = performance.now();
    for (let index = from; index < from + count; index += 1) limiter.learn(routeIn(String(index)), told(1, 60_000));
    return (performance.now() - startedAt) / count;
  };
  learn(0, 900);
  const fewMs = learn(900, 100);
  learn(1_000, 30_000);
  const manyMs = learn(31_000, 1_000);
  expect(manyMs).toBeLessThan(20 * fewMs + 0.1);
});
