/**
 * What has been published on one channel and not been answered, by delivery tag: the broker counts publishes from 1
 * and answers for one of them or for all up to one. (RabbitMQ docs, "Consumer Acknowledgements and Publisher
 * Confirms".)
 */
export class ConfirmWindow<Message> {
  /** In the order of their tags; what stands before `#head` has been answered. */
  #messages: (Message | undefined)[] = [];
  #head = 0;
  /** The tag of the first place in `#messages`. */
  #firstTag = 1;

  /** The next message has been published. */
  push(message: Message): void {
    this.#messages.push(message);
  }

  /** Calls `each` for what an answer is about and has not been answered before, in order. */
  answer(
    { tag, multiple }: { readonly tag: number; readonly multiple: boolean },
    each: (message: Message) => void,
  ): void {
    const last = tag - this.#firstTag;
    const end = Math.min(last + 1, this.#messages.length);
    for (let index = multiple ? this.#head : last; index < end; index += 1) {
      const message = this.#messages[index];
      if (message === undefined) continue;
      this.#messages[index] = undefined;
      each(message);
    }
    this.#forgetAnswered();
  }

  /** The first unanswered message that `matches`. */
  find(matches: (message: Message) => boolean): Message | undefined {
    return this.#messages.find((message) => message !== undefined && matches(message));
  }

  /** Frees the places of what has been answered, in large steps, so that each answer stays cheap. */
  #forgetAnswered(): void {
    const { length } = this.#messages;
    while (this.#head < length && this.#messages[this.#head] === undefined) this.#head += 1;
    if (this.#head < length && this.#head < 1_024) return;
    this.#firstTag += this.#head;
    this.#messages = this.#head === length ? [] : this.#messages.slice(this.#head);
    this.#head = 0;
  }
}
