import type { ClaimOptions, ClaimStore } from './claim-store.ts';
import { RedisClaims } from './claims.ts';
import { GatewaySessions } from './gateway-sessions.ts';
import { GuildRecords } from './guild-records.ts';
import { HandlerSessions } from './handler-sessions.ts';
import { IdentifySchedule, type IdentifyScheduleOptions } from './identify-schedule.ts';
import { StateConnection, type StateOptions } from './redis.ts';
import { Scripts } from './scripts.ts';
import { ShardLeases, type ShardLeaseOptions } from './shard-leases.ts';
import { SlidingWindows } from './sliding-windows.ts';

export interface StateManagerOptions extends StateOptions {
  readonly claims?: ClaimOptions;
  readonly leases?: ShardLeaseOptions;
}

/** What the fleet of one bot shares in Redis. */
export class StateManager {
  readonly claims: ClaimStore;
  readonly sessions: GatewaySessions;
  readonly guilds: GuildRecords;
  readonly handlerSessions: HandlerSessions;
  readonly windows: SlidingWindows;
  readonly leases: ShardLeases;
  readonly scripts: Scripts;
  readonly #connection: StateConnection;
  readonly #claims: RedisClaims;

  constructor(options: StateManagerOptions) {
    this.#connection = new StateConnection(options);
    this.#claims = new RedisClaims(this.#connection, options.claims);
    this.claims = this.#claims;
    this.sessions = new GatewaySessions(this.#connection);
    this.guilds = new GuildRecords(this.#connection);
    this.handlerSessions = new HandlerSessions(this.#connection);
    this.windows = new SlidingWindows(this.#connection);
    this.leases = new ShardLeases(this.#connection, options.leases);
    this.scripts = new Scripts(this.#connection);
  }

  /** The turns in which the shards of this process identify. */
  identifySchedule(options: IdentifyScheduleOptions): IdentifySchedule {
    return new IdentifySchedule(this.#connection, options);
  }

  /** Why Redis cannot be used now; undefined when it can. */
  whyUnavailable(): string | undefined {
    return this.#connection.whyUnavailable();
  }

  /** Resolves when Redis can be used; rejects when `signal` is aborted before. */
  untilAvailable(signal: AbortSignal): Promise<void> {
    return this.#connection.untilAvailable(signal);
  }

  close(): void {
    this.#claims.close();
    this.#connection.close();
  }
}
