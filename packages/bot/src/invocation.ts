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

/** Sends what a handler returned, in the way its deferral leaves open. */
export async function sendReturned(
  context: InteractionContext,
  defer: Defer,
  returned: Reply | Message | undefined | void,
): Promise<void> {
  if (!returned) return;
  await (defer === 'update' ? context.update(returned) : context.reply(returned));
}
