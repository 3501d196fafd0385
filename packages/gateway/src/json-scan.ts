/** A value that a path may lead to. Objects, arrays and null count as absent. */
export type Scalar = string | number | boolean;

/** A key on the way of a path, and what follows under it. */
interface Step {
  readonly key: string;
  readonly bytes: Buffer;
  /** Where the value found here is noted; undefined when the path goes on. */
  slot: number | undefined;
  readonly below: Step[];
  /** The lengths of the keys below, a bit for each: most keys have none of them. */
  lengths: number;
}

const codes = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  f: 0x66,
  n: 0x6e,
  t: 0x74,
  u: 0x75,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

const words = { true: Buffer.from('true'), false: Buffer.from('false'), null: Buffer.from('null') };
const escapable: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

/** 1 for each byte that may stand in a string as it is. */
const isPlain = Uint8Array.from({ length: 256 }, (_byte, code) =>
  code < codes.space || code === codes.quote || code === codes.backslash ? 0 : 1,
);

/** From the code of a bracket or brace that opens to the one that closes. */
const toCloser = 2;

/** Levels of nesting for which there is memory at hand; what Discord sends has no more. */
const usualDepth = 64;

const nothing = Buffer.alloc(0);

/** Returned instead of a position: this is no JSON. */
const fault = -1;

/**
 * Looks through the bytes of a JSON text for the values of a few paths and makes nothing of the rest: no strings, no
 * objects. It accepts what `JSON.parse` does, however deeply it is nested, and of keys given twice it takes the last, as that
 * does.
 *
 * One scan is done at a time; what has been found is valid until the next.
 */
export class JsonScan {
  readonly #root: Step = { key: '', bytes: Buffer.alloc(0), slot: undefined, below: [], lengths: 0 };
  /** Begin and end of each path's value; the end is 0 when there is none. */
  readonly #found: Int32Array;
  #text: Buffer = nothing;
  #end = 0;
  /** Where the last escape of a string stands. */
  #escapedAt = 0;
  /** What has opened the containers around the innermost one of what is being skipped. */
  #openers = new Uint8Array(usualDepth);

  /** Each path is a list of keys, of 31 letters at most, from the outermost object on, and is known by its place here. */
  constructor(paths: readonly (readonly string[])[]) {
    this.#found = new Int32Array(paths.length * 2);
    for (const [slot, path] of paths.entries()) {
      let step = this.#root;
      for (const key of path) {
        let next = step.below.find((other) => other.key === key);
        if (next === undefined) {
          next = { key, bytes: Buffer.from(key), slot: undefined, below: [], lengths: 0 };
          step.below.push(next);
          step.lengths |= 1 << next.bytes.length;
        }
        step = next;
      }
      step.slot = slot;
    }
  }

  /** False when what stands from `from` up to `to` is not one JSON value. */
  run(text: Buffer, from: number, to: number): boolean {
    this.#text = text;
    this.#end = to;
    this.#escapedAt = 0;
    this.#found.fill(0);
    const after = this.#value(this.#space(from), this.#root);
    if (this.#openers.length > usualDepth) this.#openers = new Uint8Array(usualDepth);
    return after !== fault && this.#space(after) === to;
  }

  /** Lets go of the text, which may be large; nothing is found any more. */
  forget(): void {
    this.#text = nothing;
    this.#found.fill(0);
  }

  /** The bytes of the value of the path with this number. */
  bytes(slot: number): Buffer | undefined {
    const to = this.#found[slot * 2 + 1] ?? 0;
    return to === 0 ? undefined : this.#text.subarray(this.#found[slot * 2], to);
  }

  /** The value of the path with this number. */
  scalar(slot: number): Scalar | undefined {
    const from = this.#found[slot * 2] ?? 0;
    const to = this.#found[slot * 2 + 1] ?? 0;
    if (to === 0) return undefined;
    switch (this.#text[from]) {
      case codes.quote:
        return this.#string(from, to);
      case codes.t:
        return true;
      case codes.f:
        return false;
      case codes.n:
      case codes.openBrace:
      case codes.openBracket:
        return undefined;
      default:
        return Number(this.#text.toString('latin1', from, to));
    }
  }

  #string(from: number, to: number): string {
    const text = this.#text.toString('utf8', from + 1, to - 1);
    return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
  }

  /** Where the value that begins at `at` ends; `step`: what is looked for within it. */
  #value(at: number, step: Step | undefined): number {
    if (step === undefined || step.below.length === 0) return this.#skip(at);
    return this.#text[at] === codes.openBrace ? this.#object(at, step) : this.#skip(at);
  }

  /** Nested as deeply as paths are long. */
  #object(open: number, step: Step): number {
    const text = this.#text;
    let at = this.#space(open + 1);
    if (text[at] === codes.closeBrace && at < this.#end) return at + 1;
    for (;;) {
      if (text[at] !== codes.quote) return fault;
      const keyEnd = this.#skipString(at);
      if (keyEnd === fault) return fault;
      const below = this.#below(step, at, keyEnd);
      const from = this.#skipColon(keyEnd);
      if (from === fault) return fault;
      if (below !== undefined) this.#forget(below);
      const to = this.#value(from, below);
      if (to === fault) return fault;
      if (below?.slot !== undefined) this.#note(below.slot, from, to);
      at = this.#space(to);
      if (at >= this.#end) return fault;
      if (text[at] === codes.closeBrace) return at + 1;
      if (text[at] !== codes.comma) return fault;
      at = this.#space(at + 1);
    }
  }

  /** Where the value ends in which nothing is looked for. Without recursion: it may be nested as deeply as it is long. */
  #skip(start: number): number {
    const text = this.#text;
    const end = this.#end;
    let depth = 0;
    /** What has opened the innermost container. */
    let opener = 0;
    let at = start;
    while (at !== fault) {
      const code = text[at] ?? 0;
      if (code === codes.openBrace || code === codes.openBracket) {
        this.#noteOpener(depth, opener);
        depth += 1;
        opener = code;
        at = this.#space(at + 1);
        if (text[at] !== code + toCloser || at >= end) {
          if (code === codes.openBrace) at = this.#skipKey(at);
          continue;
        }
      } else {
        at = code === codes.quote ? this.#skipString(at) : this.#skipScalar(at);
        if (at === fault || depth === 0) return at;
        at = this.#space(at);
      }
      while (text[at] === opener + toCloser && at < end) {
        depth -= 1;
        if (depth === 0) return at + 1;
        opener = this.#openers[depth] ?? 0;
        at = this.#space(at + 1);
      }
      if (text[at] !== codes.comma || at >= end) return fault;
      at = this.#space(at + 1);
      if (opener === codes.openBrace) at = this.#skipKey(at);
    }
    return fault;
  }

  #noteOpener(depth: number, opener: number): void {
    if (depth === this.#openers.length) {
      const larger = new Uint8Array(depth * 2);
      larger.set(this.#openers);
      this.#openers = larger;
    }
    this.#openers[depth] = opener;
  }

  /** Where the value begins whose key begins at `at`. */
  #skipKey(at: number): number {
    if (this.#text[at] !== codes.quote) return fault;
    const end = this.#skipString(at);
    return end === fault ? fault : this.#skipColon(end);
  }

  #skipColon(keyEnd: number): number {
    const colon = this.#space(keyEnd);
    return this.#text[colon] === codes.colon ? this.#space(colon + 1) : fault;
  }

  #skipScalar(at: number): number {
    switch (this.#text[at]) {
      case codes.t:
        return this.#word(words.true, at);
      case codes.f:
        return this.#word(words.false, at);
      case codes.n:
        return this.#word(words.null, at);
      default:
        return this.#number(at);
    }
  }

  #skipString(quote: number): number {
    const text = this.#text;
    const end = this.#end;
    let at = quote + 1;
    for (;;) {
      while (at < end && isPlain[text[at] ?? 0] === 1) at += 1;
      if (at >= end) return fault;
      const code = text[at];
      if (code === codes.quote) return at + 1;
      if (code !== codes.backslash) return fault;
      this.#escapedAt = at;
      at = this.#skipEscape(at);
      if (at === fault) return fault;
    }
  }

  #skipEscape(backslash: number): number {
    const text = this.#text;
    const escaped = text[backslash + 1] ?? 0;
    if (escaped !== codes.u) return escapable.has(escaped) ? backslash + 2 : fault;
    for (let digit = 2; digit < 6; digit += 1) if (!isHex(text[backslash + digit] ?? 0)) return fault;
    return backslash + 6;
  }

  #word(word: Buffer, at: number): number {
    const end = at + word.length;
    return end <= this.#end && this.#hasAt(word, at) ? end : fault;
  }

  /** JSON has no leading zeros and no bare points (RFC 8259, 6. "Numbers"). */
  #number(start: number): number {
    const text = this.#text;
    let at = text[start] === codes.minus ? start + 1 : start;
    const whole = this.#digits(at);
    if (whole === at || (text[at] === codes.zero && whole > at + 1)) return fault;
    at = whole;
    if (text[at] === codes.point && at < this.#end) {
      const fraction = this.#digits(at + 1);
      if (fraction === at + 1) return fault;
      at = fraction;
    }
    if (((text[at] ?? 0) | 0x20) === 0x65 && at < this.#end) {
      const sign = text[at + 1];
      const from = sign === codes.plus || sign === codes.minus ? at + 2 : at + 1;
      at = this.#digits(from);
      if (at <= from) return fault;
    }
    return at;
  }

  #digits(from: number): number {
    const text = this.#text;
    let at = from;
    while (at < this.#end && (text[at] ?? 0) >= codes.zero && (text[at] ?? 0) <= codes.nine) at += 1;
    return at;
  }

  #space(from: number): number {
    const text = this.#text;
    let at = from;
    while (at < this.#end && isSpace(text[at] ?? 0)) at += 1;
    return at;
  }

  /** The step under the key whose quotes stand at `from` and before `to`. */
  #below({ below, lengths }: Step, from: number, to: number): Step | undefined {
    if (this.#escapedAt > from) {
      const key = this.#string(from, to);
      return below.find((step) => step.key === key);
    }
    const length = to - from - 2;
    // Shifts count modulo 32.
    if (length > 31 || (lengths & (1 << length)) === 0) return undefined;
    for (const step of below) if (step.bytes.length === length && this.#hasAt(step.bytes, from + 1)) return step;
    return undefined;
  }

  #hasAt(bytes: Buffer, at: number): boolean {
    for (let index = 0; index < bytes.length; index += 1) if (this.#text[at + index] !== bytes[index]) return false;
    return true;
  }

  #note(slot: number, from: number, to: number): void {
    this.#found[slot * 2] = from;
    this.#found[slot * 2 + 1] = to;
  }

  /** A key given once more replaces all that was found under it. */
  #forget(step: Step): void {
    if (step.slot !== undefined) this.#note(step.slot, 0, 0);
    for (const below of step.below) this.#forget(below);
  }
}

function isSpace(code: number): boolean {
  return code === codes.space || code === codes.lineFeed || code === codes.carriageReturn || code === codes.tab;
}

function isHex(code: number): boolean {
  const lower = code | 0x20;
  return (code >= codes.zero && code <= codes.nine) || (lower >= 0x61 && lower <= 0x66);
}
