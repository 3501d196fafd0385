/** More words than any event type has; each `#` among them costs whoever compares. */
const maxWords = 8;

const wordPattern = /^(?:[a-z0-9]+|\*|#)$/;

/** Patterns of event types, with commas between, each once. */
export function splitEventPatterns(text: string): readonly string[] {
  return [...new Set(text.split(',').map((pattern) => pattern.trim()))];
}

/**
 * What is wrong with a pattern of event types, which is that of a topic binding (RabbitMQ docs, "Topic exchange");
 * undefined when nothing is. It begins with a word, and not with `interaction`: a queue that got interactions beside
 * their own would have them handled twice. So no pattern matches everything.
 */
export function eventPatternFault(pattern: string): string | undefined {
  const words = pattern.split('.');
  const [first = ''] = words;
  if (!words.every((word) => wordPattern.test(word))) {
    return 'is none: small letters and digits, * for one word, # for any number of them, dots between; for example message.#';
  }
  if (words.length > maxWords) return `has more than ${maxWords} words`;
  if (first === '*' || first === '#') return 'begins with a wildcard, and so would match interactions';
  if (first === 'interaction') return 'is of interactions, which are always delivered, to a queue of their own';
  return undefined;
}
