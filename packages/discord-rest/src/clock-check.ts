import { header, type Response } from './response.ts';
import type { RestListener } from './rest-event.ts';

/** By how much the clocks may surely differ before that is told, in ms. */
const tolerableMs = 1_000;

/** How often they are compared while they agree, in ms. */
const compareEveryMs = 5_000;

/**
 * Compares this machine's clock with Discord's: ids tell when an interaction was created by Discord's, and how old it is depends
 * on both. A `Date` is the second in which an answer was made (RFC 9110, 6.6.1), and that was after its request: only what is
 * surely wrong is told.
 */
export class ClockCheck {
  readonly #onEvent: RestListener;
  #aheadMs = 0;
  #comparedAt = -Infinity;

  constructor(onEvent: RestListener) {
    this.#onEvent = onEvent;
  }

  /** @param tookMs - from sending the request until now */
  note({ headers }: Response, tookMs: number): void {
    const at = performance.now();
    if (this.#aheadMs === 0 && at < this.#comparedAt + compareEveryMs) return;
    const secondBegan = Date.parse(header(headers, 'date') ?? '');
    if (Number.isNaN(secondBegan)) return;
    this.#comparedAt = at;
    const now = Date.now();
    const surelyAheadMs = now - tookMs - (secondBegan + 1_000);
    const surelyBehindMs = secondBegan - now;
    let aheadMs = 0;
    if (surelyAheadMs > tolerableMs) aheadMs = Math.round(surelyAheadMs);
    else if (surelyBehindMs > tolerableMs) aheadMs = -Math.round(surelyBehindMs);
    const isNews = (aheadMs === 0) !== (this.#aheadMs === 0);
    this.#aheadMs = aheadMs;
    if (isNews) this.#onEvent({ type: 'clock', aheadMs });
  }

  /** Why interactions cannot be answered; undefined when they can. A clock that is behind only tries what is too late. */
  whyNot(): string | undefined {
    if (this.#aheadMs <= 0) return undefined;
    const seconds = (this.#aheadMs / 1_000).toFixed(1);
    return `This machine's clock is ${seconds} s ahead of Discord's, so interactions look too old to be answered: set it (NTP)`;
  }
}
