import { ResponseStateError } from '../errors.ts';
import { botTexts } from '../localisation/bot-texts.ts';
import { Denied } from './denied.ts';
import type { InteractionContext } from './interaction-context.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs the handler of an interaction. A denial is no failure: whoever asked is told why.
 * @throws what else the handler throws. Whoever decides that it is not tried again calls {@link apologize}.
 */
export async function runInvocation(invocation: Invocation, context: InteractionContext): Promise<'done' | 'denied'> {
  try {
    await invocation.run(context);
    if (context.acknowledged) return 'done';
    throw new ResponseStateError('Nobody has answered: a middleware has neither called next() nor replied.');
  } catch (cause) {
    if (!(cause instanceof Denied)) throw cause;
    context.log.debug({ handler: invocation.handler, reason: cause.message }, 'denied');
    await context.tell(cause.reason);
    return 'denied';
  }
}

/** How long it may take to tell a member that it failed, in ms. */
const apologyLimitMs = 5_000;

/**
 * Tells a member that it failed for good, as far as Discord still takes an answer, with a reference that on-call finds
 * among the dead letters and in the log: the id of the interaction. Never throws.
 */
export async function apologize(context: InteractionContext): Promise<void> {
  try {
    // The handler's own signal may be what ended it.
    await context.tell(botTexts.failed({ reference: context.id }), AbortSignal.timeout(apologyLimitMs));
  } catch {
    // The failure that led here is what on-call needs to see.
  }
}
