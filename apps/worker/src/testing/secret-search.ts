/** Length of the pieces by which a secret is recognised, in characters. */
const pieceLength = 24;

/**
 * Looks for secrets of the alphabet of base64url in texts of any kind: whole ones, and parts of them that are twice as
 * long as a piece.
 */
export class SecretSearch {
  readonly #pieces = new Set<string>();
  #searched = 0;
  #found = 0;

  /** How many characters have been searched. */
  get searched(): number {
    return this.#searched;
  }

  /** In how many places a piece of a secret stood. */
  get found(): number {
    return this.#found;
  }

  add(secret: string): void {
    for (const part of secret.split('.')) {
      for (let start = 0; start + pieceLength <= part.length; start += pieceLength) {
        this.#pieces.add(part.slice(start, start + pieceLength));
      }
    }
  }

  search(text: string): void {
    this.#searched += text.length;
    for (const [run] of text.matchAll(/[\w-]{24,}/g)) {
      for (let start = 0; start + pieceLength <= run.length; start += 1) {
        if (this.#pieces.has(run.slice(start, start + pieceLength))) this.#found += 1;
      }
    }
  }
}
