import type { EventContext } from '@arrakis/bot';
import { nonceFor } from '@arrakis/discord-rest';
import type { Bot, Bots } from './bots.ts';
import type { Lane } from './execution.ts';
import { isPostponement } from './failure.ts';
import { parseBody } from './payload.ts';

export interface EventLaneParts {
  readonly queue: string;
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly bots: Bots<Pick<Bot, 'router' | 'rest' | 'gateway'>>;
  readonly handlerTimeoutMs: number;
}

/** Guild and member events: nobody waits, so without Redis they stay in the broker rather than be done twice. */
export function eventLane({ queue, concurrency, maxAttempts, bots, handlerTimeoutMs }: EventLaneParts): Lane {
  return {
    queue,
    concurrency,
    maxAttempts,
    withoutClaims: 'wait',
    async prepare(event, { attempt, signal }) {
      const { router, rest, gateway } = bots.of(event.applicationId);
      const invocation = router.event(event.type)?.prepare(parseBody(event));
      if (invocation === undefined) return undefined;
      const context = (): EventContext => ({
        id: event.id,
        type: event.type,
        guildId: event.guildId,
        userId: event.userId,
        receivedAt: event.receivedAt,
        attempt,
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
        handle: () => invocation.run(context()),
        apologize: async () => undefined,
      };
    },
  };
}
