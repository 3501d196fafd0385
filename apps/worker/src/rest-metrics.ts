import type { RestEvent } from '@arrakis/discord-rest';
import { latencyBucketsMs, type Metrics } from '@arrakis/service';

type EventOf<Type extends RestEvent['type']> = Extract<RestEvent, { readonly type: Type }>;

/**
 * What Prometheus is told of the way to Discord. Routes are templates: ids and tokens are no labels. What each bot has one of
 * tells which by the id of its application.
 */
export function restMetrics(metrics: Metrics): (applicationId: string, event: RestEvent) => void {
  const requested = requestMetrics(metrics);
  const limiter = limiterMetrics(metrics);
  const clock = metrics.gauge({
    name: 'bot_clock_ahead_ms',
    help: "How far this machine's clock is surely ahead of Discord's, in ms; behind it when negative, 0 while they agree",
  });
  return (applicationId, event) => {
    switch (event.type) {
      case 'answered':
        return requested(event, String(event.status));
      case 'unanswered':
        return requested(event, event.code);
      case 'admitted':
      case 'rate-limited':
      case 'utilisation':
      case 'limiter':
      case 'invalid-requests':
        return limiter(applicationId, event);
      case 'clock':
        return clock.set({}, event.aheadMs);
      // A person has to know: the log tells.
      case 'blocked':
      case 'token-refused':
        return;
      default:
        return event satisfies never;
    }
  };
}

function requestMetrics(metrics: Metrics) {
  const requests = metrics.counter({
    name: 'bot_rest_requests_total',
    help: 'Requests to Discord, by route template and HTTP status; without an answer, by what became of them',
    labels: ['method', 'route', 'status'],
  });
  const tookMs = metrics.histogram(
    { name: 'bot_rest_request_ms', help: 'From sending a request to its answer, in ms', labels: ['route'] },
    latencyBucketsMs,
  );
  return ({ method, route, tookMs: ms }: EventOf<'answered' | 'unanswered'>, status: string): void => {
    requests.inc({ method, route, status });
    tookMs.observe({ route }, ms);
  };
}

type LimiterEvent = 'admitted' | 'rate-limited' | 'utilisation' | 'limiter' | 'invalid-requests';

function limiterMetrics(metrics: Metrics) {
  const waitMs = metrics.histogram(
    {
      name: 'bot_rest_wait_ms',
      help: 'From asking to send a request until its limits let it, in ms',
      labels: ['lane'],
    },
    latencyBucketsMs,
  );
  const limited = metrics.counter({
    name: 'bot_rest_rate_limited_total',
    help: 'Answers 429 of Discord, by who is limited',
    labels: ['route', 'scope'],
  });
  const utilisation = metrics.gauge({
    name: 'bot_rest_global_limit_used_ratio',
    help: "How much of the bot's global limit the fleet uses, from 0 to 1",
    labels: ['application'],
  });
  const invalid = metrics.gauge({
    name: 'bot_rest_invalid_requests_ratio',
    help: 'How much of what Discord allows an address in refused requests is spent, from 0 to 1; at 1 it is banned',
  });
  const alone = metrics.gauge({
    name: 'bot_rest_limits_without_redis',
    help: '1 while this process keeps a share of the limits by itself, since Redis does not answer',
    labels: ['application'],
  });
  return (application: string, event: EventOf<LimiterEvent>): void => {
    if (event.type === 'admitted') waitMs.observe({ lane: event.lane }, event.waitedMs);
    else if (event.type === 'rate-limited') limited.inc({ route: event.route, scope: event.scope });
    else if (event.type === 'utilisation') utilisation.set({ application }, event.used / event.limit);
    else if (event.type === 'invalid-requests') invalid.set({}, event.count / event.limit);
    else alone.set({ application }, event.state === 'down' ? 1 : 0);
  };
}
