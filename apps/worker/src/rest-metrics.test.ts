import { Metrics } from '@arrakis/service';
import { expect, it } from 'vitest';
import { restMetrics } from './rest-metrics.ts';

it('tells how much of its limit each bot of a worker uses, and which of them is without Redis', async () => {
  const metrics = new Metrics();
  const told = restMetrics(metrics);
  told('1', { type: 'utilisation', used: 10, limit: 50, processes: 2 });
  told('2', { type: 'utilisation', used: 50, limit: 50, processes: 2 });
  told('1', { type: 'limiter', state: 'down' });
  told('2', { type: 'limiter', state: 'up' });
  const text = await metrics.render();
  expect(text).toContain('bot_rest_global_limit_used_ratio{application="1"} 0.2');
  expect(text).toContain('bot_rest_global_limit_used_ratio{application="2"} 1');
  expect(text).toContain('bot_rest_limits_without_redis{application="1"} 1');
  expect(text).toContain('bot_rest_limits_without_redis{application="2"} 0');
});
