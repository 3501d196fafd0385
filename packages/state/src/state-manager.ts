import { Claims, type ClaimOptions } from './claims.ts';
import { GatewaySessions } from './gateway-sessions.ts';
import { GuildRecords } from './guild-records.ts';
import { StateConnection, type StateOptions } from './redis.ts';
import { SlidingWindows } from './sliding-windows.ts';

/** What the fleet of one bot shares in Redis. */
export class StateManager {
  readonly claims: Claims;
  readonly sessions: GatewaySessions;
  readonly guilds: GuildRecords;
  readonly windows: SlidingWindows;
  readonly #connection: StateConnection;

  constructor(options: StateOptions & { readonly claims?: ClaimOptions }) {
    this.#connection = new StateConnection(options);
    this.claims = new Claims(this.#connection, options.claims);
    this.sessions = new GatewaySessions(this.#connection);
    this.guilds = new GuildRecords(this.#connection);
    this.windows = new SlidingWindows(this.#connection);
  }

  /** Why Redis cannot be used now; undefined when it can. */
  whyUnavailable(): string | undefined {
    return this.#connection.whyUnavailable();
  }

  close(): void {
    this.#connection.close();
  }
}
