import type { Event } from '@arrakis/protocol';
import { GuildTurns } from './guild-turns.ts';
import { Permits } from './permits.ts';

/** What a lane has of its process: how many messages run at a time, and how many more are at hand. */
export interface AdmissionOptions {
  readonly concurrency: number;
  /** Whether the events of a guild run one at a time. */
  readonly ordered: boolean;
}

/** The message may run; ends with {@link Pass.leave}. */
export interface Pass {
  /** Gives the place to the next message; further calls do nothing. */
  leave(): void;
}

/** Messages at hand for each that runs: while one is settled the next begins, without a way to the broker. */
const messagesPerPermit = 2;

/** How many messages a lane may have unsettled: those that run, their successors, and those that wait for their guild. */
export function prefetchOf({ concurrency, ordered }: AdmissionOptions): number {
  // AMQP writes a prefetch in 16 bits.
  return Math.min(65_535, messagesPerPermit * concurrency + (ordered ? roomOf(concurrency) : 0));
}

function roomOf(concurrency: number): number {
  return 2 * concurrency;
}

/** Lets the messages of one lane in, as many as it has permits for. */
export class Admission {
  readonly #permits: Permits;
  readonly #turns: GuildTurns | undefined;

  constructor({ concurrency, ordered }: AdmissionOptions) {
    this.#permits = new Permits(concurrency);
    this.#turns = ordered ? new GuildTurns(roomOf(concurrency)) : undefined;
  }

  get running(): number {
    return this.#permits.taken;
  }

  get waiting(): number {
    return this.#permits.waiting + (this.#turns?.waiting ?? 0);
  }

  /** Waits until the message may run. `full`: too many events wait for their guilds; `closed`: nothing begins any more. */
  async enter({ guildId }: Pick<Event, 'guildId'>): Promise<Pass | 'full' | 'closed'> {
    const turns = guildId === undefined ? undefined : this.#turns;
    if (turns === undefined || guildId === undefined) {
      return (await this.#permits.acquire()) ? this.#pass(() => undefined) : 'closed';
    }
    const turn = await turns.take(guildId);
    if (turn !== 'granted') return turn;
    const endTurn = () => turns.end(guildId);
    if (await this.#permits.acquire()) return this.#pass(endTurn);
    endTurn();
    return 'closed';
  }

  /** Nothing begins any more. */
  close(): void {
    this.#turns?.close();
    this.#permits.close();
  }

  #pass(endTurn: () => void): Pass {
    let left = false;
    return {
      leave: () => {
        if (left) return;
        left = true;
        this.#permits.release();
        endTurn();
      },
    };
  }
}
