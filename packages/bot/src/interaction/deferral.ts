import type { InteractionFacts } from './interaction.ts';

/**
 * How an interaction is acknowledged before its handler has answered:
 * - `none`: not at all; the handler has what is left of the three seconds, and may open a modal;
 * - `public`, `ephemeral`: "thinking …", seen by all or by one; the handler has 15 minutes;
 * - `update`: the handler has 15 minutes to change the message that the component is on, or to leave it.
 */
export type Defer = 'none' | 'public' | 'ephemeral' | 'update';

/** How a command may be deferred: there is no message yet to update. */
export type CommandDefer = Exclude<Defer, 'update'>;

/** Answers directly when the handler is fast enough, and is deferred otherwise. Made by {@link auto}. */
export interface AutoDefer<As extends Defer> {
  readonly auto: As;
  /** How long after the interaction was created it is deferred, in ms. */
  readonly afterMs: number;
}

/** What a definition may say of deferring: always in this way, when it takes long, or as the interaction calls for. */
export type DeferPolicy<D extends Defer> = D | AutoDefer<D> | ((interaction: InteractionFacts) => D | AutoDefer<D>);

/** How one interaction is deferred. */
export interface Deferral {
  readonly as: Defer;
  /** How long after the interaction was created, in ms; 0: at once. */
  readonly afterMs: number;
}

/** Half of the three seconds: the other half is for the way there, and for the clocks to differ. */
const autoAfterMs = 1_500;

/** The latest time of a deferral, in ms: there must be left what it takes to Discord. */
const latestAutoMs = 2_500;

/**
 * A deferral that only happens when the handler has not answered in time: fast answers come without a "thinking …".
 * Who sees the answer does not depend on it: with `ephemeral` a fast answer is ephemeral as well.
 * @throws {RangeError} when `afterMs` is not between 0 and 2,500.
 */
export function auto<const As extends Exclude<Defer, 'none'>>(
  as: As,
  { afterMs = autoAfterMs }: { readonly afterMs?: number } = {},
): AutoDefer<As> {
  if (!(afterMs >= 0 && afterMs <= latestAutoMs)) {
    throw new RangeError(
      `auto('${as}', { afterMs: ${afterMs} }): Discord waits for 3,000 ms, so say how many of them may pass, from 0 to ${latestAutoMs}.`,
    );
  }
  return { auto: as, afterMs };
}

/** What the policy of a definition means for one interaction. */
export function deferralOf(policy: DeferPolicy<Defer>, interaction: InteractionFacts): Deferral {
  const chosen = typeof policy === 'function' ? policy(interaction) : policy;
  return typeof chosen === 'string' ? { as: chosen, afterMs: 0 } : { as: chosen.auto, afterMs: chosen.afterMs };
}
