/**
 * Has the events of a guild run one at a time, in the order in which they came. Who waits for a turn holds no permit of
 * the lane, and how many wait in all is bounded, so that one busy guild does not hold up the others.
 */
export class GuildTurns {
  /** By guild whose event is running, those that wait for it. */
  readonly #guilds = new Map<string, ((granted: boolean) => void)[]>();
  readonly #room: number;
  #waiting = 0;
  #closed = false;

  /** `room`: how many events of all guilds may wait. */
  constructor(room: number) {
    this.#room = room;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** `granted`: it is this event's turn, to be ended; `full`: there is no room to wait; `closed`: nothing runs any more. */
  take(guildId: string): 'granted' | 'full' | 'closed' | Promise<'granted' | 'closed'> {
    if (this.#closed) return 'closed';
    const line = this.#guilds.get(guildId);
    if (line === undefined) {
      this.#guilds.set(guildId, []);
      return 'granted';
    }
    if (this.#waiting >= this.#room) return 'full';
    this.#waiting += 1;
    return new Promise((resolve) => line.push((granted) => resolve(granted ? 'granted' : 'closed')));
  }

  /** The event whose turn it was has ended. */
  end(guildId: string): void {
    const next = this.#guilds.get(guildId)?.shift();
    if (next === undefined) {
      this.#guilds.delete(guildId);
      return;
    }
    this.#waiting -= 1;
    next(true);
  }

  close(): void {
    this.#closed = true;
    for (const line of this.#guilds.values()) for (const refuse of line.splice(0)) refuse(false);
    this.#waiting = 0;
  }
}
