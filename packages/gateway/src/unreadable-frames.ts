/** How many frames in a row each end their connection, since they may have been damaged on their way. */
const patience = 3;

/**
 * Frames that cannot be read. Each ends its connection, since Discord sends again after a RESUME what was not confirmed. What
 * then comes again as it was would keep the shard down for ever: it is left out.
 */
export class UnreadableFrames {
  #inARow = 0;

  /** Notes one; true when it is to be left out. */
  note(): boolean {
    this.#inARow += 1;
    return this.#inARow > patience;
  }

  /** A new event has been read: Discord does not stand before what cannot be. */
  passed(): void {
    this.#inARow = 0;
  }
}
