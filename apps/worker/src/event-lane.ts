import type { EventContext } from '@arrakis/bot';
import { nonceFor } from '@arrakis/discord-rest';
import type { Bot, Bots } from './bots.ts';
import type { Elsewhere, Lane } from './execution.ts';
import { isPostponement } from './failure.ts';
import { parseBody } from './payload.ts';

export interface EventLaneParts {
  readonly name: 'normal' | 'low';
  readonly queue: string;
  /** The queue of the low lane. */
  readonly longJobs: string;
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly maxAttempts: number;
  readonly bots: Bots<Pick<Bot, 'router' | 'parts' | 'log'>>;
  readonly handlerTimeoutMs: number;
  readonly elsewhere: Elsewhere;
}

/** Guild and member events: nobody waits, so without Redis they stay in the broker rather than be done twice. */
export function eventLane({ longJobs, bots, elsewhere, ...lane }: EventLaneParts): Lane {
  const { name, maxAttempts, handlerTimeoutMs } = lane;
  return {
    ...lane,
    withoutClaims: 'wait',
    retryBy: () => Infinity,
    async prepare(event, { attempt, signal }) {
      const { router, parts, log } = bots.of(event.applicationId);
      const routed = router.event(event.type);
      if (routed === undefined) return undefined;
      const { handler, module } = routed;
      const queue = elsewhere(module, handler.lane === 'low' ? 'longJobs' : 'guildEvents');
      if (queue !== undefined) return { queue };
      if (handler.lane === 'low' && name === 'normal') return { queue: longJobs };
      const invocation = handler.prepare(parseBody(event));
      const context = (fence: number | undefined): EventContext => ({
        id: event.id,
        type: event.type,
        guildId: event.guildId,
        userId: event.userId,
        receivedAt: event.receivedAt,
        attempt,
        fence,
        deadline: Date.now() + handlerTimeoutMs,
        signal,
        rest: parts.rest,
        gateway: parts.gateway,
        state: parts.state,
        settings: (settings) => settings.in(parts.environment),
        // Few handlers log at each event: the logger is made for those that do.
        get log() {
          return log.child({ eventId: event.id, type: event.type, traceparent: event.traceparent });
        },
        nonce: (purpose) => nonceFor(event.id, purpose),
      });
      return {
        event,
        handler: invocation.handler,
        mayRetry: (cause) => attempt < maxAttempts || isPostponement(cause),
        handle: (fence) => invocation.run(context(fence)),
        apologize: async () => undefined,
      };
    },
  };
}
