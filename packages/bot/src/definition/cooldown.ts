import type { AskedContext } from '../interaction/context.ts';
import { Denied } from '../interaction/denied.ts';
import { botTexts } from '../localisation/bot-texts.ts';
import { scopeKey, type Scope } from '../state/scope.ts';

/** How often a handler may be used, over the whole fleet. */
export interface Cooldown {
  /** Whose uses are counted together. */
  readonly per: Scope;
  /** How many uses there may be in any window of `windowMs`; one unless said otherwise. */
  readonly limit?: number;
  readonly windowMs: number;
}

/**
 * Takes a use; when there is none left, says when there will be. Without Redis nothing can be counted, and nobody is kept
 * waiting for that.
 */
export async function coolDown(
  handler: string,
  { per, limit = 1, windowMs }: Cooldown,
  context: AskedContext,
): Promise<Denied | undefined> {
  const name = `cooldown:${handler}:${scopeKey(per, context)}`;
  try {
    const place = await context.state.limits.take({ name, id: context.id, limit, windowMs });
    if (place.taken) return undefined;
    const when = `<t:${Math.ceil((Date.now() + place.freeInMs) / 1_000)}:R>`;
    return new Denied(botTexts.coolingDown({ when }));
  } catch (cause) {
    context.log.warn({ err: cause, handler }, 'a cooldown could not be looked at; let pass');
    return undefined;
  }
}
