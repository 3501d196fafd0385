/** Discord's epoch: the first second of 2015, in Unix milliseconds (docs: Reference, Snowflakes). */
const discordEpochMs = 1_420_070_400_000;
const incrementBits = 12n;
const timestampShift = 22n;
const maximumIncrement = (1n << incrementBits) - 1n;

/** The Unix milliseconds at which `id` was generated. */
export function snowflakeTime(id: string): number {
  return Number(BigInt(id) >> timestampShift) + discordEpochMs;
}

/** Whether `text` has the form of a snowflake: decimal, without leading zeros, within 64 bits. */
export function isSnowflake(text: string): boolean {
  return /^(?:0|[1-9]\d{0,19})$/.test(text) && BigInt(text) < 1n << 64n;
}

/**
 * Generates ids as Discord does: strictly increasing, and telling when they were made.
 * More than 4,096 ids in one millisecond borrow from the next one.
 */
export class SnowflakeGenerator {
  readonly #now: () => number;
  #lastMs = 0;
  #increment = 0n;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  next(): string {
    const nowMs = Math.floor(this.#now());
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      this.#increment = 0n;
    } else if (this.#increment === maximumIncrement) {
      this.#lastMs += 1;
      this.#increment = 0n;
    } else {
      this.#increment += 1n;
    }
    return String((BigInt(this.#lastMs - discordEpochMs) << timestampShift) | this.#increment);
  }
}

/** A snowflake for the instant `timeMs`; `increment` (0 … 4,095) tells ids of one millisecond apart. */
export function snowflakeAt(timeMs: number, increment = 0): string {
  return String((BigInt(Math.floor(timeMs) - discordEpochMs) << timestampShift) | BigInt(increment));
}

/** Orders ids from old to new. */
export function compareSnowflakes(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
