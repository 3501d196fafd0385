import type { RoutedEvent, Router } from '@arrakis/bot';
import type { DeliveredEvent } from '@arrakis/protocol';
import type { Bot, Bots } from './bots.ts';
import type { Elsewhere, Lane } from './execution.ts';
import { HandledEventContext } from './event-context.ts';
import { isPostponement, UnknownModuleError } from './failure.ts';
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
    partsOf(event) {
      const routed = bots.of(event.applicationId).router.events(event.type);
      if (event.module !== undefined || routed.length < 2) return undefined;
      return routed.map(({ module }) => ({ ...event, module }));
    },
    async prepare(event, facts) {
      const { attempt } = facts;
      const bot = bots.of(event.applicationId);
      const routed = handlerOf(bot.router, event);
      if (routed === undefined) {
        // Somebody has begun with it: in the middle of a deploy, a worker of the other version.
        if (event.module !== undefined) throw new UnknownModuleError(event.module, event.type);
        return undefined;
      }
      const { handler, module } = routed;
      const queue = elsewhere(module, handler.lane === 'low' ? 'longJobs' : 'guildEvents');
      if (queue !== undefined) return { queue };
      if (handler.lane === 'low' && name === 'normal') return { queue: longJobs };
      const invocation = handler.prepare(parseBody(event));
      // Of one module as of several: whichever handle it in the next version, what this one has done is known.
      const claimId = `${event.id}/${module}`;
      return {
        event,
        claimId,
        handler: invocation.handler,
        mayRetry: (cause) => attempt < maxAttempts || isPostponement(cause),
        handle: (fence) =>
          invocation.run(new HandledEventContext(event, { bot, claimId, facts, fence, handlerTimeoutMs })),
        acknowledge: async () => undefined,
        apologize: async () => undefined,
      };
    },
  };
}

/** That of the module which the event is for, otherwise the only one. */
function handlerOf(router: Router, { type, module }: DeliveredEvent): RoutedEvent | undefined {
  const routed = router.events(type);
  return module === undefined ? routed[0] : routed.find((one) => one.module === module);
}
