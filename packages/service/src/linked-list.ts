/** What can stand in a list, in one at a time. */
export interface Linked<Item> {
  previous: Item | undefined;
  next: Item | undefined;
}

/**
 * Items in the order in which they were added, of which any can be deleted. A `Set` would do, but for one thing: of a
 * set to which items are added and from which they are deleted all the time, V8 chains up the tables it has outgrown, and
 * with them keeps what once stood there until the next collection of all garbage.
 */
export class LinkedList<Item extends Linked<Item>> implements Iterable<Item> {
  #first: Item | undefined;
  #last: Item | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Item | undefined {
    return this.#first;
  }

  /** `item` stands in no list. */
  add(item: Item): void {
    item.previous = this.#last;
    if (this.#last === undefined) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
    this.#size += 1;
  }

  /** Of an item that stands in no other list. */
  has(item: Item): boolean {
    return item.previous !== undefined || item === this.#first;
  }

  /** False when it does not stand here (any more). */
  delete(item: Item): boolean {
    if (!this.has(item)) return false;
    const { previous, next } = item;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    item.previous = undefined;
    item.next = undefined;
    this.#size -= 1;
    return true;
  }

  /** The item at hand may be deleted meanwhile, no other. */
  *[Symbol.iterator](): Iterator<Item> {
    for (let item = this.#first; item !== undefined;) {
      const { next } = item;
      yield item;
      item = next;
    }
  }
}
