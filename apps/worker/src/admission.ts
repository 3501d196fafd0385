import type { Event } from '@arrakis/protocol';
import type { Claim } from '@arrakis/state';
import type { Lane, LaneName } from './execution.ts';
import { GuildTurns } from './guild-turns.ts';
import { Permits } from './permits.ts';

/** What a lane has of its process: how many messages run at a time, and how many more are at hand. */
export interface AdmissionOptions {
  readonly concurrency: number;
  /** Whether the events of a guild run one at a time. */
  readonly ordered: boolean;
}

/** The turn of a guild, over all workers: see {@link takeFleetTurn}. */
export type TakeTurn = (guildId: string, applicationId: string) => Promise<Pick<Claim, 'release'> | 'full' | 'closed'>;

/** The message may run; ends with {@link Pass.leave}. */
export interface Pass {
  /** Gives the place to the next message; further calls do nothing. */
  leave(): void;
}

/**
 * Messages at hand for each that runs: while one is settled the next begins, without a way to the broker. Of long jobs
 * none waits here: RabbitMQ loses patience with who does not settle for half an hour ("Consumer timeout").
 */
const messagesPerPermit: Readonly<Record<LaneName, number>> = { high: 2, normal: 2, low: 1 };

/** How many messages a lane may have unsettled: those that run, their successors, and those that wait for their guild. */
export function prefetchOf({ name, concurrency, ordered }: AdmissionOptions & Pick<Lane, 'name'>): number {
  // AMQP writes a prefetch in 16 bits.
  return Math.min(65_535, messagesPerPermit[name] * concurrency + (ordered ? roomOf(concurrency) : 0));
}

function roomOf(concurrency: number): number {
  return 2 * concurrency;
}

/** Lets the messages of one lane in, as many as it has permits for. */
export class Admission {
  readonly #permits: Permits;
  readonly #turns: GuildTurns | undefined;
  readonly #takeTurn: TakeTurn;

  constructor({ concurrency, ordered }: AdmissionOptions, takeTurn: TakeTurn) {
    this.#permits = new Permits(concurrency);
    this.#turns = ordered ? new GuildTurns(roomOf(concurrency)) : undefined;
    this.#takeTurn = takeTurn;
  }

  get running(): number {
    return this.#permits.taken;
  }

  get waiting(): number {
    return this.#permits.waiting + (this.#turns?.waiting ?? 0);
  }

  /** Waits until the message may run. `full`: too many events wait for their guilds; `closed`: nothing begins any more. */
  async enter({ guildId, applicationId }: Pick<Event, 'guildId' | 'applicationId'>): Promise<Pass | 'full' | 'closed'> {
    if (this.#turns !== undefined && guildId !== undefined) {
      return this.#enterInTurn(this.#turns, guildId, applicationId);
    }
    return (await this.#permits.acquire()) === 'granted' ? this.#pass(() => undefined) : 'closed';
  }

  /** Nothing begins any more. */
  close(): void {
    this.#turns?.close();
    this.#permits.close();
  }

  /** First the turn among those of this process, which keeps their order, then among all; both without a permit. */
  async #enterInTurn(turns: GuildTurns, guildId: string, applicationId: string): Promise<Pass | 'full' | 'closed'> {
    const line = `${applicationId}:${guildId}`;
    const turn = await turns.take(line);
    if (turn !== 'granted') return turn;
    const fleetTurn = await this.#takeTurn(guildId, applicationId).catch(() => 'full' as const);
    if (typeof fleetTurn === 'string') {
      turns.end(line);
      return fleetTurn;
    }
    const end = (): void => {
      // Should Redis be away now, the lease runs out.
      fleetTurn.release().catch(() => undefined);
      turns.end(line);
    };
    if ((await this.#permits.acquire()) === 'granted') return this.#pass(end);
    end();
    return 'closed';
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
