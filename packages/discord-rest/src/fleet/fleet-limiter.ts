import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { DiscordRestError } from '../discord-rest-error.ts';
import type { LimitFeedback } from '../limit-feedback.ts';
import { LocalLimiter } from '../local-limiter.ts';
import { pause } from '../pause.ts';
import { unlimited, type Admission, type Patience, type RateLimiter } from '../rate-limiter.ts';
import type { RestListener } from '../rest-event.ts';
import type { Route } from '../route.ts';
import { LimitCalls, LimitsUnavailableError, type Acquired, type Grant, type Note } from './limit-calls.ts';
import { Outage, type Connectivity } from './outage.ts';
import type { ScriptRunner } from './script-runner.ts';
import { guardMs } from './shared-lua.ts';

export interface FleetLimiterOptions {
  readonly scripts: ScriptRunner;
  /** Requests a second that Discord allows the bot. */
  readonly globalLimit: number;
  readonly onEvent: RestListener;
}

/** How often a process says that it is there, in ms: an outage is then shared by as many. */
const presenceEveryMs = 2_000;

/** The part of the global limit that all processes together use while they cannot agree. */
const shareWithoutRedis = 0.8;

/**
 * How old a grant may be when its request is sent, in ms: one that a busy process gets to see only later is given back, since
 * others count on its having been used. After some attempts it is used all the same, or a slow machine would send nothing.
 * One that is used later than the guard allows for takes its place from then on: its successor would come within a second.
 */
const freshMs = 60;
const freshAttempts = 5;

/** How often bulk requests look whether Redis is back, in ms. */
const bulkLooksEveryMs = 500;

const presence = z.coerce.number();

/** A request that asks to be admitted. */
interface Ticket {
  readonly id: string;
  readonly route: Route;
  readonly patience: Patience;
  /** Its place in the order of all, once it was told to wait. */
  order: string;
}

/**
 * Keeps the limits of one bot for its whole fleet, by a script in Redis (docs/decisions/0017-rate-limits.md). While Redis is away
 * each process keeps its share of them by itself.
 */
export class FleetLimiter implements RateLimiter {
  readonly #name = randomBytes(6).toString('base64url');
  readonly #calls: LimitCalls;
  readonly #outage: Outage;
  readonly #local: LocalLimiter;
  readonly #globalLimit: number;
  readonly #onEvent: RestListener;
  readonly #presence: NodeJS.Timeout;
  #asked = 0;
  #processes = 1;
  /** Whether requests have gone on without Redis that it has not been told of. */
  #wasAlone = false;

  constructor({ scripts, globalLimit, onEvent }: FleetLimiterOptions) {
    this.#globalLimit = globalLimit;
    this.#onEvent = onEvent;
    // Until Redis was heard once, nobody knows how many there are.
    const local = new LocalLimiter(Math.max(1, Math.floor(globalLimit * shareWithoutRedis)));
    const onProcesses = (processes: number) => {
      // A Redis that comes back may have forgotten the others.
      if (this.#outage.state !== 'up') return;
      this.#processes = processes;
      local.limit = Math.max(1, Math.floor((globalLimit * shareWithoutRedis) / processes));
    };
    this.#local = local;
    this.#calls = new LimitCalls({ scripts, globalLimit, onProcesses });
    this.#outage = new Outage({
      probe: (away) => this.#probe(away),
      onChange: (state) => this.#changed(state),
    });
    this.#presence = setInterval(() => void this.#beThere(), presenceEveryMs).unref();
    void this.#beThere();
  }

  async admit(route: Route, patience: Patience): Promise<Admission> {
    // Each interaction has one first response: there is nothing to count.
    if (route.urgent) return unlimited;
    this.#asked += 1;
    const ticket: Ticket = { id: `${this.#name}:${this.#asked}`, route, patience, order: '0' };
    for (let stale = 0; ;) {
      const askedAt = performance.now();
      const reply = await this.#ask(ticket);
      if (reply === 'unavailable') {
        const admission = await this.#withoutRedis(ticket);
        if (admission !== undefined) return admission;
      } else if (reply.type === 'deny') {
        throw new DiscordRestError('rate-limited', route, { retryAfterMs: reply.ms });
      } else if (reply.type === 'wait') {
        ticket.order = reply.order;
        await this.#pause(ticket, reply.ms);
      } else {
        if (reply.delayMs > 0 || patience.signal?.aborted) await this.#pause(ticket, reply.delayMs, reply);
        const ageMs = performance.now() - askedAt - reply.delayMs;
        if (ageMs <= freshMs || stale >= freshAttempts || route.interaction) {
          if (ageMs > guardMs && !route.interaction) this.#calls.note((sinceMs) => ['spent', ticket.id, sinceMs]);
          return this.#admission(ticket, reply);
        }
        stale += 1;
        this.#refund(ticket, reply);
      }
    }
  }

  close(): void {
    clearInterval(this.#presence);
    this.#outage.close();
    this.#local.close();
  }

  async #ask({ id, order, route, patience }: Ticket): Promise<Acquired | 'unavailable'> {
    if (this.#outage.state !== 'up') return 'unavailable';
    const lane = route.interaction ? 'interaction' : patience.lane;
    const leftMs = Math.max(0, patience.deadline - Date.now());
    try {
      return await this.#calls.acquire(id, order, lane, route.key, route.major, leftMs);
    } catch (cause) {
      if (!(cause instanceof LimitsUnavailableError)) throw cause;
      this.#outage.failed();
      return 'unavailable';
    }
  }

  /** Undefined when Redis is to be asked again. */
  async #withoutRedis(ticket: Ticket): Promise<Admission | undefined> {
    const { route, patience } = ticket;
    const { deadline, signal, lane } = patience;
    const bulk = lane === 'bulk' && !route.interaction;
    if (route.interaction || (this.#outage.state === 'down' && !bulk)) {
      const admission = await this.#local.admit(route, patience);
      if (route.interaction || this.#outage.state === 'down') return admission;
      admission.refund();
    }
    if (this.#outage.state === 'up') return undefined;
    const waitMs = Math.min(bulkLooksEveryMs, deadline - Date.now());
    if (waitMs <= 0) throw new DiscordRestError('rate-limited', route, { retryAfterMs: bulkLooksEveryMs });
    await this.#outage.change(waitMs);
    if (signal?.aborted) throw new DiscordRestError('aborted', route);
    return undefined;
  }

  async #pause(ticket: Ticket, ms: number, grant?: Grant): Promise<void> {
    const { id, route, patience } = ticket;
    if (await pause(ms, patience.signal)) return;
    if (grant === undefined) this.#calls.note(() => ['leave', id, route.key, route.major]);
    else this.#refund(ticket, grant);
    throw new DiscordRestError('aborted', route);
  }

  #admission(ticket: Ticket, grant: Grant): Admission {
    if (!ticket.route.interaction) this.#local.noteGrant();
    return {
      settle: (feedback) => this.#settle(ticket.route, grant, feedback),
      refund: () => this.#refund(ticket, grant),
    };
  }

  #settle(route: Route, { group, window, probe }: Grant, feedback: LimitFeedback): void {
    this.#local.learn(route, feedback);
    const { result, hash, limit, remaining, resetAfterMs, retryAfterMs } = feedback;
    const told = [result, hash, limit, remaining, resetAfterMs, retryAfterMs];
    const note: Note = (ageMs) => ['settle', route.key, route.major, group, window, probe, ageMs, ...told];
    // Others wait for what a probe finds out.
    this.#calls.note(note, { now: probe === 1 || result !== 'ok' });
  }

  #refund({ id, route }: Ticket, { group, window, probe }: Grant): void {
    // Others may be refused for want of this place.
    this.#calls.note(() => ['refund', id, route.key, route.major, group, window, probe], { now: true });
  }

  #changed(state: Connectivity): void {
    this.#onEvent({ type: 'limiter', state });
    if (state === 'down') this.#wasAlone = true;
    if (state === 'up') void this.#beThere();
  }

  async #beThere(): Promise<void> {
    if (this.#outage.state !== 'up') return;
    if (this.#wasAlone) this.#tellSpent();
    try {
      const used = presence.parse(await this.#calls.ask('present', this.#name));
      this.#wasAlone = false;
      this.#onEvent({ type: 'utilisation', used, limit: this.#globalLimit, processes: this.#processes });
    } catch {
      this.#outage.failed();
    }
  }

  /**
   * What was sent without Redis is put down there once nothing more is, and before this process counts as back: until then its
   * share is nobody else's.
   */
  #tellSpent(): void {
    for (const [index, ageMs] of this.#local.recentGrants.entries()) {
      this.#calls.note((sinceMs) => ['spent', `${this.#name}:local:${index}`, Math.round(ageMs + sinceMs)]);
    }
  }

  async #probe(away: boolean): Promise<void> {
    await this.#calls.ask('ping');
    if (away) await this.#calls.ask('recover', this.#processes);
  }
}
