import {
  apologize,
  InteractionContext,
  kindOf,
  parseInteraction,
  runInvocation,
  type Interaction,
  type Invocation,
} from '@arrakis/bot';
import { acknowledgeBy, answerBy, type DiscordRest } from '@arrakis/discord-rest';
import type { Event } from '@arrakis/protocol';
import type { Bot, Bots } from './bots.ts';
import type { DeliveryFacts, Elsewhere, Execution, Lane } from './execution.ts';
import { ExpiredInteractionError, isPostponement, isRetryable, StoppingError } from './failure.ts';
import { parseBody } from './payload.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface InteractionLaneParts {
  readonly queue: string;
  readonly concurrency: number;
  /** Somebody waits: with more attempts than a few the answer would come when nobody remembers the question. */
  readonly maxAttempts: number;
  readonly handlerTimeoutMs: number;
  readonly bots: Bots<Pick<Bot, 'router' | 'parts' | 'log'>>;
  readonly metrics: WorkerMetrics;
  readonly elsewhere: Elsewhere;
}

/** Interactions: somebody waits for each, so they are deferred within three seconds and go on even without Redis. */
export function interactionLane(parts: InteractionLaneParts): Lane {
  const { bots, metrics, elsewhere, ...lane } = parts;
  const { maxAttempts } = lane;
  return {
    name: 'high',
    ordered: false,
    ...lane,
    withoutClaims: 'go-on',
    partsOf: () => undefined,
    // Whatever its payload says: its id tells when Discord created it.
    retryBy: ({ id }) => (/^\d{17,20}$/.test(id) ? answerBy(id) : Infinity),
    async prepare(event, facts) {
      const { router, parts: botParts, log } = bots.of(event.applicationId);
      const interaction = parseInteraction(parseBody(event));
      const { module, invocation, mismatch } = router.route(interaction);
      const queue = module === undefined ? undefined : elsewhere(module, 'interactions');
      if (queue !== undefined) return { queue };
      const acknowledged = await wasAcknowledged(interaction, facts, botParts.rest);
      const { handler, deferral } = invocation;
      const context = new InteractionContext(interaction, {
        ...botParts,
        log: log.child({ eventId: event.id, type: event.type, handler, traceparent: event.traceparent }),
        signal: facts.limit.signal,
        defer: deferral.as,
        acknowledged,
        onRespond: () => metrics.acknowledged(kindOf(interaction), Date.now() - event.receivedAt),
      });
      if (mismatch !== undefined) {
        metrics.refused(kindOf(interaction), mismatch.kind);
        context.log.info(mismatch, 'no handler for an interaction');
      }
      return execution(event, { interaction, context, invocation, metrics, facts, maxAttempts });
    },
  };
}

interface InteractionParts {
  readonly interaction: Interaction;
  readonly context: InteractionContext;
  readonly invocation: Invocation;
  readonly metrics: WorkerMetrics;
  readonly facts: DeliveryFacts;
  readonly maxAttempts: number;
}

function execution(event: Event, parts: InteractionParts): Execution {
  const { interaction, context, invocation, metrics, facts, maxAttempts } = parts;
  const kind = kindOf(interaction);
  return {
    event,
    claimId: event.id,
    handler: invocation.handler,
    // Unlike an event, a bug is not tried again: who waits is better told at once than after a minute.
    mayRetry: (cause) =>
      // Given back by a worker that stops, it is with another one at once.
      (context.acknowledged || cause instanceof StoppingError) &&
      (facts.attempt < maxAttempts || isPostponement(cause)) &&
      isRetryable(cause) === true &&
      !context.answered,
    async handle() {
      if ((await runInvocation(invocation, context)) === 'denied') metrics.refused(kind, 'denied');
    },
    // RabbitMQ has it back: whoever began it has lost its connection, most likely with its life.
    acknowledge: async () => (facts.delivered ? context.defer().catch(() => undefined) : undefined),
    // Nobody reads an error among suggestions.
    apologize: async () => (kind === 'autocomplete' ? undefined : apologize(context)),
  };
}

/**
 * So long before its last moment, in ms, Discord is asked about an interaction that was delivered before: a response would
 * perhaps come too late, and then nobody knew whether there has been one.
 */
const askWithinMs = 1_000;

/**
 * Whether an earlier delivery has acknowledged the interaction.
 * @throws {ExpiredInteractionError} when none has and it is too late to do it now, or it is too late for any answer.
 */
async function wasAcknowledged(
  interaction: Interaction,
  { delivered }: DeliveryFacts,
  rest: DiscordRest,
): Promise<boolean> {
  const now = Date.now();
  const lateMs = now - acknowledgeBy(interaction.id);
  // In time, Discord itself says to a response whether it is the first.
  if (lateMs < -(delivered ? askWithinMs : 0)) return false;
  if (delivered && now < answerBy(interaction.id) && (await rest.isAcknowledged(interaction))) return true;
  if (lateMs < 0) return false;
  throw new ExpiredInteractionError(lateMs);
}
