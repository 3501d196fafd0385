import type { Cooldown } from '../definition/cooldown.ts';
import { scopes } from '../state/scope.ts';
import { below, fault, type Fault } from './fault.ts';

/** Most uses in a window: each is kept in Redis until the window is over. */
const maxLimit = 10_000;

/** The longest window, in ms: 366 days. */
const maxWindowMs = 366 * 24 * 3_600_000;

/** What of a cooldown would let everybody pass, or nobody, or could not be counted. */
export function cooldownFaults(cooldown: Cooldown | undefined): Fault[] {
  if (cooldown === undefined) return [];
  const { per, limit = 1, windowMs } = cooldown;
  return below('cooldown', [
    ...(scopes.includes(per) ? [] : fault('per', `is '${per}', write one of ${scopes.join(', ')}`)),
    ...(isWholeNumber(limit, maxLimit)
      ? []
      : fault('limit', `is ${limit}, write how many uses there may be, 1 to ${maxLimit}, or leave it out for one`)),
    ...(isWholeNumber(windowMs, maxWindowMs)
      ? []
      : fault('windowMs', `is ${windowMs}, write whole milliseconds, 1 to ${maxWindowMs}: 60_000 is a minute`)),
  ]);
}

function isWholeNumber(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}
