import { ApplicationCommandType } from 'discord-api-types/v10';
import type { InteractionHandle } from '../interactions/handle.ts';
import type { InteractionKind } from '../interactions/interaction.ts';
import type { Interactions } from '../interactions/interactions.ts';
import type { View } from '../interactions/view.ts';
import { SeededRandom } from '../world/random.ts';
import type { World } from '../world/world.ts';
import { Patrons } from './patrons.ts';
import { Residents } from './residents.ts';

export interface CommunityOptions {
  /** how much goes on, 0 or more; what one member does counts as one event */
  readonly eventsPerSecond: number;
  /** default: the first bot */
  readonly applicationId?: string;
  /** the same seed does the same as long as the bot answers the same; default 1 */
  readonly seed?: number;
}

type Activity = 'join' | 'leave' | 'change' | 'write';

export interface CommunityStatistics {
  readonly events: number;
  /** how often each thing was done */
  readonly activities: Readonly<Partial<Record<Activity | InteractionKind, number>>>;
  readonly interactions: {
    readonly created: number;
    /** those whose answer a member has seen */
    readonly answered: number;
    /** those to which the application did not respond */
    readonly failed: number;
  };
}

/** How often each thing is done, compared with the others. */
const weights = [
  ['join', 18],
  ['leave', 14],
  ['change', 12],
  ['write', 10],
  ['slash', 20],
  ['userMenu', 7],
  ['messageMenu', 7],
  ['component', 16],
] as const;
const totalWeight = weights.reduce((total, [, weight]) => total + weight, 0);

const tickMs = 20;
/** Events that a stall of the process may leave to be made up for. */
const maximumDue = 100;
const maximumPending = 100;
/** How long a member looks for an answer; longer than any deadline of Discord's that a worker should come near. */
const patienceMs = 30_000;
/** Things that may turn out impossible (no such command, nobody to leave) until an event is let go. */
const attempts = 8;

/**
 * The small community of the demo. Its members come and go, write, and use whatever commands and components the bot offers them,
 * at a steady rate. It lives until `stop`.
 */
export class Community {
  readonly #options: CommunityOptions & { applicationId: string };
  readonly #random: SeededRandom;
  readonly #residents: Residents;
  readonly #patrons: Patrons;
  readonly #stopping = new AbortController();
  readonly #pending: (() => void)[] = [];
  readonly #activities: Partial<Record<Activity | InteractionKind, number>> = {};
  readonly #timer: NodeJS.Timeout;
  #events = 0;
  #answered = 0;
  #failed = 0;
  #created = 0;
  #due = 0;
  #lastTickMs = performance.now();

  constructor(place: { world: World; interactions: Interactions; applicationId: string }, options: CommunityOptions) {
    this.#options = { applicationId: place.applicationId, ...options };
    this.#random = new SeededRandom(options.seed ?? 1);
    this.#residents = new Residents(place.world, this.#random);
    this.#patrons = new Patrons({
      ...place,
      random: this.#random,
      follow: (handle, onSeen) => void this.#follow(handle, onSeen),
      next: (deed) => {
        if (this.#pending.length < maximumPending) this.#pending.push(deed);
      },
    });
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  get statistics(): CommunityStatistics {
    return {
      events: this.#events,
      activities: { ...this.#activities },
      interactions: { created: this.#created, answered: this.#answered, failed: this.#failed },
    };
  }

  /** Nobody does anything any more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#pending.length = 0;
    this.#stopping.abort();
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#due += ((nowMs - this.#lastTickMs) / 1000) * this.#options.eventsPerSecond;
    this.#due = Math.min(this.#due, maximumDue);
    this.#lastTickMs = nowMs;
    for (; this.#due >= 1; this.#due -= 1) this.#event();
  }

  #event(): void {
    const deed = this.#pending.shift();
    if (deed !== undefined) {
      deed();
      this.#events += 1;
      return;
    }
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (this.#do(this.#pick())) {
        this.#events += 1;
        return;
      }
    }
  }

  #pick(): (typeof weights)[number][0] {
    let point = this.#random.next() * totalWeight;
    for (const [activity, weight] of weights) {
      point -= weight;
      if (point < 0) return activity;
    }
    return weights[0][0];
  }

  #do(activity: (typeof weights)[number][0]): boolean {
    const { applicationId } = this.#options;
    if (activity === 'component') return this.#patrons.component(applicationId);
    const guild = this.#residents.guild(applicationId);
    if (guild === undefined) return false;
    if (activity === 'join' || activity === 'leave' || activity === 'change' || activity === 'write') {
      return this.#residents[activity](guild) && this.#count(activity);
    }
    const member = this.#residents.person(guild);
    return member !== undefined && this.#patrons.command({ applicationId, guild, member }, commandTypes[activity]);
  }

  #count(activity: Activity | InteractionKind): true {
    this.#activities[activity] = (this.#activities[activity] ?? 0) + 1;
    return true;
  }

  async #follow(handle: InteractionHandle, onSeen: (view: View) => void): Promise<void> {
    this.#created += 1;
    this.#count(handle.kind);
    const view = await this.#seen(handle);
    if (view === undefined) return;
    this.#answered += 1;
    onSeen(view);
  }

  /** What the member sees in the end; undefined when the application did not respond, or the community has been stopped. */
  async #seen(handle: InteractionHandle): Promise<View | undefined> {
    try {
      return await handle.settled({ timeoutMs: patienceMs, signal: this.#stopping.signal });
    } catch {
      if (!this.#stopping.signal.aborted) this.#failed += 1;
      return undefined;
    }
  }
}

const commandTypes = {
  slash: ApplicationCommandType.ChatInput,
  userMenu: ApplicationCommandType.User,
  messageMenu: ApplicationCommandType.Message,
} as const;
