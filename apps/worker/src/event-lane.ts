import type { Bot, Bots } from './bots.ts';
import type { Elsewhere, Lane } from './execution.ts';
import { HandledEventContext } from './event-context.ts';
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
    async prepare(event, facts) {
      const { attempt } = facts;
      const bot = bots.of(event.applicationId);
      const routed = bot.router.event(event.type);
      if (routed === undefined) return undefined;
      const { handler, module } = routed;
      const queue = elsewhere(module, handler.lane === 'low' ? 'longJobs' : 'guildEvents');
      if (queue !== undefined) return { queue };
      if (handler.lane === 'low' && name === 'normal') return { queue: longJobs };
      const invocation = handler.prepare(parseBody(event));
      return {
        event,
        handler: invocation.handler,
        mayRetry: (cause) => attempt < maxAttempts || isPostponement(cause),
        handle: (fence) => invocation.run(new HandledEventContext(event, { bot, facts, fence, handlerTimeoutMs })),
        acknowledge: async () => undefined,
        apologize: async () => undefined,
      };
    },
  };
}
