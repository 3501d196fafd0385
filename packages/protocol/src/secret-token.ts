/** What stands in place of a token. */
const replacement = Buffer.from('"[token]"');

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const colon = 0x3a;
const comma = 0x2c;

/**
 * The JSON object in `body` without its token: the value of the key `token` at its top, where Discord puts the token of
 * an interaction and that of a voice connection. All other bytes stay as they are, and so does the whole when there is
 * no such text. What is no JSON is read as far as it looks like it: a body that was cut off keeps no token either.
 * Source: Discord docs, Receiving and Responding, "Interaction Object"; Gateway Events, "Voice Server Update".
 */
export function withoutToken(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let keptFrom = 0;
  for (const { start, end } of tokenValues(body)) {
    pieces.push(body.subarray(keptFrom, start), replacement);
    keptFrom = end;
  }
  return keptFrom === 0 ? body : Buffer.concat([...pieces, body.subarray(keptFrom)]);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the texts stand that are values of `token` in the outermost object. */
function* tokenValues(body: Buffer): Generator<Span> {
  let depth = 0;
  /** Whether the last text at the top was the key, and its value is what comes next. */
  let afterKey = false;
  let lastText: Span | undefined;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) {
      const text = { start: at, end: endOfText(body, at) };
      if (afterKey) yield text;
      afterKey = false;
      lastText = text;
      at = text.end - 1;
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      afterKey = false;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      afterKey = false;
    } else if (byte === colon) {
      afterKey = depth === 1 && lastText !== undefined && isToken(body, lastText);
    } else if (byte === comma) {
      afterKey = false;
    }
  }
}

/** The index behind the closing quote of the text that begins at `start`; the end when there is none. */
function endOfText(body: Buffer, start: number): number {
  for (let at = start + 1; at < body.length; at += 1) {
    if (body[at] === backslash) at += 1;
    else if (body[at] === quote) return at + 1;
  }
  return body.length;
}

function isToken(body: Buffer, { start, end }: Span): boolean {
  // The longest way to write it: each of its letters as \uXXXX.
  if (end - start > '"token"'.length + 5 * 5) return false;
  try {
    return JSON.parse(body.toString('utf8', start, end)) === 'token';
  } catch {
    return false;
  }
}
