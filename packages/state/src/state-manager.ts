import { Claims, type ClaimOptions } from './claims.ts';
import { GatewaySessions } from './gateway-sessions.ts';
import { StateConnection, type StateOptions } from './redis.ts';

/** What the fleet of one bot shares in Redis. */
export class StateManager {
  readonly claims: Claims;
  readonly sessions: GatewaySessions;
  readonly #connection: StateConnection;

  constructor(options: StateOptions & { readonly claims?: ClaimOptions }) {
    this.#connection = new StateConnection(options);
    this.claims = new Claims(this.#connection, options.claims);
    this.sessions = new GatewaySessions(this.#connection);
  }

  /** Why Redis cannot be used now; undefined when it can. */
  whyUnavailable(): string | undefined {
    return this.#connection.whyUnavailable();
  }

  close(): void {
    this.#connection.close();
  }
}
