import { inWords, type Text } from '../localisation/texts.ts';

/**
 * Whoever asked may not have it, now or here: no failure, and they are told why. Returned by a guard, or thrown by
 * anything that answers an interaction.
 */
export class Denied extends Error {
  override readonly name = 'Denied';
  readonly kind = 'denied';
  readonly retryable = false;
  /** What they are told. */
  readonly reason: Text;

  constructor(reason: Text) {
    super(inWords(reason, 'en-US'));
    this.reason = reason;
  }
}
