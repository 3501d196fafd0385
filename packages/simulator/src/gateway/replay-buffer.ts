/**
 * The last frames of a session, by sequence. At most `capacity` are kept: each new one beyond that takes the place
 * of the oldest.
 */
export class ReplayBuffer {
  readonly #capacity: number;
  readonly #frames: (string | undefined)[] = [];
  #oldest = 1;
  #last = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Sequence of the newest frame, 0 before the first. */
  get lastSequence(): number {
    return this.#last;
  }

  /** Sequence of the oldest frame that is still kept. */
  get oldestSequence(): number {
    return this.#oldest;
  }

  get size(): number {
    return this.#last - this.#oldest + 1;
  }

  /** Whether the next frame will take the place of the oldest. */
  get full(): boolean {
    return this.size >= this.#capacity;
  }

  push(frame: string): void {
    if (this.full) this.#oldest += 1;
    this.#last += 1;
    this.#frames[this.#last % this.#capacity] = frame;
  }

  /** The frame with this sequence; undefined when it is gone or was dropped from the replay. */
  get(sequence: number): string | undefined {
    if (sequence < this.#oldest || sequence > this.#last) return undefined;
    return this.#frames[sequence % this.#capacity];
  }

  /** Whether every frame after `sequence` is still kept. */
  reachesBackTo(sequence: number): boolean {
    return sequence >= this.#oldest - 1;
  }

  /** Leaves one frame out of later replays; its sequence stays taken. */
  drop(sequence: number): void {
    if (sequence >= this.#oldest && sequence <= this.#last) this.#frames[sequence % this.#capacity] = undefined;
  }

  /** Lets go of everything up to and including `sequence`. */
  trimThrough(sequence: number): void {
    const end = Math.min(sequence, this.#last);
    for (; this.#oldest <= end; this.#oldest += 1) this.#frames[this.#oldest % this.#capacity] = undefined;
  }
}
