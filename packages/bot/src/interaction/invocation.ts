import { ResponseStateError } from '../errors.ts';
import type { InteractionContext } from './interaction-context.ts';
import type { Defer, Message, Reply } from './reply.ts';

/** An interaction whose handler is found and whose input is read: ready to be deferred and run. */
export interface Invocation {
  /** Which handler, for logs: `slash echo`, `button poll:vote:{choice}`. */
  readonly handler: string;
  readonly defer: Defer;
  /**
   * Runs the handler and sends what it returns.
   * @throws what the handler throws; {@link ResponseStateError} when it has not answered.
   */
  run(context: InteractionContext): Promise<void>;
}

/**
 * Sends what a handler returned, in the way its deferral leaves open.
 * @throws {ResponseStateError} when there is no answer, neither returned nor sent: somebody would wait for ever.
 */
export async function conclude(
  context: InteractionContext,
  defer: Defer,
  returned: Reply | Message | undefined | void,
): Promise<void> {
  if (returned) await (defer === 'update' ? context.update(returned) : context.reply(returned));
  // A deferred update may leave the message as it is.
  else if (!context.answered && defer !== 'update') throw new ResponseStateError('The handler has not answered.');
}
