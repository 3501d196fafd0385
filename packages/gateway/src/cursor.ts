/**
 * The one position that Arrakis acknowledges to Discord: the highest sequence up to which every dispatch of a
 * session has been confirmed by the broker. Heartbeats, RESUME and the stored session use it, so Discord
 * replays whatever is not yet safe.
 *
 * Contiguous means in the order received: numbers that Discord leaves out, the cursor leaves out too.
 */
export class Cursor {
  #position: number;
  #received: number;
  /** Received and not passed by the cursor, in order; what stands before `#head` has been passed. */
  #order: number[] = [];
  #head = 0;
  /** Confirmed while something before them was not. */
  readonly #early = new Set<number>();

  /** `position`: the sequence from which a stored session goes on, 0 for a new one. */
  constructor(position = 0) {
    this.#position = position;
    this.#received = position;
  }

  /** Highest contiguous confirmed sequence. */
  get position(): number {
    return this.#position;
  }

  /** Highest sequence received. */
  get received(): number {
    return this.#received;
  }

  /** Dispatches received and not yet passed. */
  get lag(): number {
    return this.#order.length - this.#head;
  }

  /** Notes a received dispatch. False when it has been received before: a replay, to be skipped. */
  receive(sequence: number): boolean {
    if (sequence <= this.#received) return false;
    this.#received = sequence;
    this.#order.push(sequence);
    return true;
  }

  /** Notes that a received dispatch is safe. True when the cursor has moved. */
  confirm(sequence: number): boolean {
    if (sequence <= this.#position || sequence > this.#received) return false;
    if (sequence !== this.#order[this.#head]) {
      this.#early.add(sequence);
      return false;
    }
    let next: number | undefined = sequence;
    do {
      this.#position = next;
      this.#head += 1;
      next = this.#order[this.#head];
    } while (next !== undefined && this.#early.delete(next));
    this.#dropPassed();
    return true;
  }

  /** Frees what was passed, in large steps, so that each confirm stays cheap. */
  #dropPassed(): void {
    if (this.#head === this.#order.length) this.#order = [];
    else if (this.#head >= 1_024) this.#order = this.#order.slice(this.#head);
    else return;
    this.#head = 0;
  }
}
