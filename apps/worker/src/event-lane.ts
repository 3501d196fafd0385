import type { EventContext } from '@arrakis/bot';
import { nonceFor } from '@arrakis/discord-rest';
import type { Bot, Bots } from './bots.ts';
import type { Lane } from './execution.ts';
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
  readonly bots: Bots<Pick<Bot, 'router' | 'rest' | 'gateway'>>;
  readonly handlerTimeoutMs: number;
}

/** Guild and member events: nobody waits, so without Redis they stay in the broker rather than be done twice. */
export function eventLane({ longJobs, bots, ...lane }: EventLaneParts): Lane {
  const { name, maxAttempts, handlerTimeoutMs } = lane;
  return {
    ...lane,
    withoutClaims: 'wait',
    retryBy: () => Infinity,
    async prepare(event, { attempt, signal }) {
      const { router, rest, gateway } = bots.of(event.applicationId);
      const handler = router.event(event.type);
      if (handler === undefined) return undefined;
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
        rest,
        gateway,
        nonce: (purpose) => nonceFor(event.id, purpose),
      });
      return {
        event,
        handler: invocation.handler,
        mayRetry: (cause) => attempt < maxAttempts || isPostponement(cause),
        defer: async () => undefined,
        handle: (fence) => invocation.run(context(fence)),
        apologize: async () => undefined,
      };
    },
  };
}
