import {
  InteractionContext,
  kindOf,
  parseInteraction,
  type Interaction,
  type Invocation,
  type Router,
} from '@arrakis/bot';
import { acknowledgeBy, answerBy, type DiscordRest } from '@arrakis/discord-rest';
import type { Event } from '@arrakis/protocol';
import type { Execution, Lane } from './execution.ts';
import { ExpiredInteractionError } from './failure.ts';
import { parseBody } from './payload.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface InteractionLaneParts {
  readonly queue: string;
  readonly concurrency: number;
  readonly router: Router;
  readonly rest: DiscordRest;
  readonly metrics: WorkerMetrics;
}

/** What members read when nobody can help them; the reference is found again among the dead letters and in the log. */
const texts = {
  unknown: 'This is not available any more.',
  failed: (reference: string) =>
    `Something went wrong. If it happens again, tell the team this reference: ${reference}`,
};

/** How long it may take to tell a member that it failed, in ms. */
const apologyLimitMs = 5_000;

/** Interactions: somebody waits for each, so they are deferred within three seconds and go on even without Redis. */
export function interactionLane({ queue, concurrency, router, rest, metrics }: InteractionLaneParts): Lane {
  return {
    queue,
    concurrency,
    withoutClaims: 'go-on',
    async prepare(event, { attempt, redelivered, signal }) {
      const interaction = parseInteraction(parseBody(event));
      const acknowledged = await wasAcknowledged(interaction, { attempt, redelivered, rest });
      const context = new InteractionContext(interaction, {
        rest,
        signal,
        acknowledged,
        onRespond: () => metrics.acknowledged(kindOf(interaction), Date.now() - event.receivedAt),
      });
      const apologizing = () =>
        new InteractionContext(interaction, {
          rest,
          // The handler's own signal may be what ended it.
          signal: AbortSignal.timeout(apologyLimitMs),
          acknowledged: context.acknowledged,
        });
      return execution(event, { attempt, context, apologizing, invocation: router.route(interaction) ?? unknown });
    },
  };
}

/** A member used something that this bot no longer has. */
const unknown: Invocation = {
  handler: 'unknown interaction',
  defer: 'none',
  run: (context) => context.reply({ content: texts.unknown, ephemeral: true }),
};

interface InteractionParts {
  readonly attempt: number;
  readonly context: InteractionContext;
  readonly invocation: Invocation;
  /** A context with time left to say that it failed. */
  readonly apologizing: () => InteractionContext;
}

function execution(event: Event, { attempt, context, apologizing, invocation }: InteractionParts): Execution {
  return {
    event,
    attempt,
    handler: invocation.handler,
    mayRetry: () => context.acknowledged && !context.answered && Date.now() < answerBy(context.id),
    defer: () => context.defer(invocation.defer),
    handle: () => invocation.run(context),
    async apologize() {
      if (context.answered) return;
      try {
        await apologizing().reply({ content: texts.failed(event.id), ephemeral: true });
      } catch {
        // The failure that led here is what on-call needs to see.
      }
    },
  };
}

/**
 * Whether an earlier delivery has acknowledged the interaction.
 * @throws {ExpiredInteractionError} when none has, and it is too late to do it now.
 */
async function wasAcknowledged(
  interaction: Interaction,
  { attempt, redelivered, rest }: { attempt: number; redelivered: boolean; rest: DiscordRest },
): Promise<boolean> {
  // Only what has been acknowledged is tried again.
  if (attempt > 1) return true;
  const lateMs = Date.now() - acknowledgeBy(interaction.id);
  if (lateMs < 0) return false;
  if (redelivered && (await rest.isAcknowledged(interaction))) return true;
  throw new ExpiredInteractionError(lateMs);
}
