import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** Colours as what they say. */
const styles = { good: 'green', bad: 'red', doubtful: 'yellow', strong: 'bold', faint: 'dim' } as const;

/** What a text says, for its colour. */
export type Style = keyof typeof styles;

/** Where a command writes: results to standard output, everything else to standard error. */
export class Output {
  readonly #stdout: Writable;
  readonly #stderr: Writable;

  constructor(stdout: Writable, stderr: Writable) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** A line of the result. */
  line(text = ''): void {
    this.#stdout.write(`${text}\n`);
  }

  /** The result as one JSON object. */
  json(value: object): void {
    this.line(JSON.stringify(value, undefined, 2));
  }

  /** What is going on, or has gone wrong: not a part of the result. */
  note(text: string): void {
    this.#stderr.write(`${text}\n`);
  }

  /** The text in a colour, where the result goes to a terminal; `NO_COLOR` and `FORCE_COLOR` decide otherwise. */
  style(style: Style, text: string): string {
    return styleText(styles[style], text, { stream: this.#stdout });
  }
}
