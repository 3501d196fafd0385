/**
 * The one position that Arrakis acknowledges to Discord: the highest sequence up to which every dispatch of a
 * session has been confirmed by the broker. Heartbeats, RESUME and the stored session use it, so Discord
 * replays whatever is not yet safe.
 *
 * Contiguous means in the order received: should Discord skip a number, the cursor does too.
 */
export class Cursor {
  #position: number;
  #lastReceived: number;
  /** Received and not passed by the cursor, in order; what stands before `#head` has been passed. */
  #order: number[] = [];
  #head = 0;
  readonly #confirmed = new Set<number>();

  /** `position`: the sequence from which a stored session goes on, 0 for a new one. */
  constructor(position = 0) {
    this.#position = position;
    this.#lastReceived = position;
  }

  /** Highest contiguous confirmed sequence. */
  get position(): number {
    return this.#position;
  }

  /** Dispatches received and not yet passed. */
  get lag(): number {
    return this.#order.length - this.#head;
  }

  /** Notes a received dispatch. False when it has been received before: a replay, to be skipped. */
  receive(sequence: number): boolean {
    if (sequence <= this.#lastReceived) return false;
    this.#lastReceived = sequence;
    this.#order.push(sequence);
    return true;
  }

  /** Notes that a received dispatch is safe. True when the cursor has moved. */
  confirm(sequence: number): boolean {
    if (sequence <= this.#position || sequence > this.#lastReceived) return false;
    this.#confirmed.add(sequence);
    const before = this.#position;
    for (;;) {
      const next = this.#order[this.#head];
      if (next === undefined || !this.#confirmed.delete(next)) break;
      this.#position = next;
      this.#head += 1;
    }
    this.#dropPassed();
    return this.#position > before;
  }

  /** Frees what was passed, in large steps, so that each confirm stays cheap. */
  #dropPassed(): void {
    if (this.#head === this.#order.length) this.#order = [];
    else if (this.#head >= 1_024) this.#order = this.#order.slice(this.#head);
    else return;
    this.#head = 0;
  }
}
