import type { Writable } from 'node:stream';

/** What is written at once of what has waited, in bytes: as much as a pipe holds. */
const chunkBytes = 64 * 2 ** 10;

/** With `chunkBytes` what waits at most until the reader goes on: 4 MiB, some 15,000 lines. */
const maxChunks = 64;

/** Lines that wait. Outside of the heap: what is dropped all the time would be kept there until a collection of all garbage. */
interface Chunk {
  readonly buffer: Buffer;
  /** In bytes. */
  used: number;
  lines: number;
}

/**
 * Lines of a log on their way to a stream that somebody reads, or not: nobody waits for that, and no more than 4 MiB wait
 * here. What is too much is dropped, the oldest first, so that the last lines before an exit are there. Without a reader
 * (`EPIPE`) every line is dropped.
 *
 * The stream must not block, which is so for `process.stdout`. A write that waits in a thread of its own, as that of pino's own
 * destination, keeps the process from ending, and what that one writes at `fatal` and at the exit waits for ever.
 */
export class LogOutput {
  readonly #stream: Writable;
  readonly #onGap: (lines: number) => void;
  readonly #waiting: Chunk[] = [];
  readonly #flushes: (() => void)[] = [];
  /** Whether something waits, here or in the stream. */
  #stalled = false;
  #dropped = 0;
  /** Of those dropped, how many the log does not tell of yet. */
  #untold = 0;

  /** `onGap` is called when the reader has caught up, with how many lines it has missed. */
  constructor(stream: Writable, onGap: (lines: number) => void) {
    this.#stream = stream;
    this.#onGap = onGap;
    // Each write is told what became of it; without a listener the process would end here.
    stream.on('error', () => undefined);
  }

  /** How many lines have been dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a line. As long as the reader keeps up it has left the process by the end of this call. */
  write(line: string): void {
    if (this.#stalled) this.#keep(line);
    else this.#send(line, 1);
  }

  /** Calls back when all lines are written or dropped. */
  flush(callback: () => void): void {
    if (this.#stalled) this.#flushes.push(callback);
    else callback();
  }

  #keep(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (bytes > chunkBytes) {
      this.#drop(1);
      return;
    }
    let chunk = this.#waiting.at(-1);
    if (chunk === undefined || chunk.used + bytes > chunkBytes) {
      chunk = this.#freeChunk();
      this.#waiting.push(chunk);
    }
    chunk.used += chunk.buffer.write(line, chunk.used);
    chunk.lines += 1;
  }

  #freeChunk(): Chunk {
    const oldest = this.#waiting.length < maxChunks ? undefined : this.#waiting.shift();
    if (oldest !== undefined) this.#drop(oldest.lines);
    return { buffer: oldest?.buffer ?? Buffer.allocUnsafeSlow(chunkBytes), used: 0, lines: 0 };
  }

  #send(text: string | Buffer, lines: number): void {
    this.#stream.write(text, (failure) => this.#sent(lines, failure));
    this.#stalled = this.#stream.writableLength > 0 || this.#waiting.length > 0;
  }

  #sent(lines: number, failure: Error | null | undefined): void {
    if (failure) this.#drop(lines);
    if (this.#stream.writableLength > 0) return;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#send(next.buffer.subarray(0, next.used), next.lines);
      return;
    }
    this.#stalled = false;
    if (!failure) this.#tellGap();
    if (!this.#stalled) for (const callback of this.#flushes.splice(0)) callback();
  }

  #drop(lines: number): void {
    this.#dropped += lines;
    this.#untold += lines;
  }

  #tellGap(): void {
    if (this.#untold === 0) return;
    const lines = this.#untold;
    this.#untold = 0;
    this.#onGap(lines);
  }
}
