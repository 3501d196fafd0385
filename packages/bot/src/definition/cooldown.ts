import type { AskedContext } from '../interaction/context.ts';
import { Denied } from '../interaction/denied.ts';
import { botTexts } from '../localisation/bot-texts.ts';
import { scopeKey, type Scope } from '../state/scope.ts';

/** How often a handler may be used, over the whole fleet. */
export interface Cooldown {
  /** Whose uses are counted together. */
  readonly per: Scope;
  /** How many uses there may be in any window of `windowMs`: 1 to 10,000; one unless said otherwise. */
  readonly limit?: number;
  /** In whole ms, 1 to 31,622,400,000 (366 days). */
  readonly windowMs: number;
}

/** A cooldown, and by which name its uses are counted. */
interface Counted {
  readonly handler: string;
  readonly cooldown: Cooldown;
}

/**
 * Takes a use of each cooldown, the longest window last: so what one denies costs no use that is long missed. Without Redis
 * nothing can be counted, and nobody is kept waiting for that.
 * @throws {Denied} when there is no use left; it says when there will be.
 */
export async function coolDown(
  layers: readonly { readonly handler: string; readonly cooldown?: Cooldown | undefined }[],
  context: AskedContext,
): Promise<void> {
  const counted = layers.flatMap<Counted>(({ handler, cooldown }) =>
    cooldown === undefined ? [] : { handler, cooldown },
  );
  for (const { handler, cooldown } of counted.toSorted(
    (one, other) => one.cooldown.windowMs - other.cooldown.windowMs,
  )) {
    const freeInMs = await take(handler, cooldown, context);
    if (freeInMs === 0) continue;
    const when = `<t:${Math.ceil((Date.now() + freeInMs) / 1_000)}:R>`;
    throw new Denied(botTexts.coolingDown({ when }));
  }
}

/** In how many ms there is a use again; 0 when there was one. */
async function take(handler: string, { per, limit = 1, windowMs }: Cooldown, context: AskedContext): Promise<number> {
  const { state, id, log } = context;
  const name = `cooldown:${handler}:${scopeKey(per, context)}`;
  try {
    const place = await state.limits.take({ name, id, limit, windowMs });
    return place.taken ? 0 : place.freeInMs;
  } catch (cause) {
    log.warn({ err: cause, handler }, 'a cooldown could not be looked at; let pass');
    return 0;
  }
}
