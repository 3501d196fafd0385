import type { Invocation } from '../interaction/invocation.ts';
import { botTexts } from '../localisation/bot-texts.ts';

/**
 * Why an interaction has no handler: nobody handles it any more, `unknown`; or its input is not what the handler is
 * defined for, `changed`. Both come from another version of the bot, or from somebody who has made it up.
 */
export type Mismatch = { readonly kind: 'unknown' } | { readonly kind: 'changed'; readonly reason: string };

/** Tells a member that what they use is gone, or has changed. */
export function refusal({ kind }: Mismatch): Invocation {
  const text = kind === 'unknown' ? botTexts.unavailable() : botTexts.changed();
  return {
    handler: 'none',
    deferral: { as: 'none', afterMs: 0 },
    run: (context) => context.tell(text),
  };
}
