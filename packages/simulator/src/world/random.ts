/** A small seeded generator (mulberry32), so that a simulated Discord is the same on every run. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in [minimum, maximum], both included. */
  integer(minimum: number, maximum: number): number {
    return minimum + Math.floor(this.next() * (maximum - minimum + 1));
  }

  /** One element of a list. Throws a RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T {
    const element = list[this.integer(0, list.length - 1)];
    if (element === undefined) throw new RangeError('cannot pick from an empty list');
    return element;
  }

  /** `length` characters of a URL-safe alphabet. */
  text(length: number): string {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    let text = '';
    for (let index = 0; index < length; index += 1) text += alphabet[this.integer(0, 63)];
    return text;
  }
}
