import { RateLimiter, type LimitOptions } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { testServices, uniqueNamespace } from '@arrakis/testkit';
import { SimulatedFleet, type FleetConditions, type Outcome, type SimulatedRequest } from './simulated-fleet.ts';
import { SimulatedTime } from './simulated-time.ts';

/** The route that {@link get} asks. */
export const route = 'GET /guilds/{guild.id}/members/{user.id}';

/** A request of `route`, about a guild. */
export function get(guildId: string, options: Partial<SimulatedRequest> = {}): SimulatedRequest {
  const template = '/guilds/{guild.id}/members/{user.id}';
  const params = { 'guild.id': guildId, 'user.id': '1' };
  return { lane: 'normal', method: 'GET', template, params, major: guildId, patienceMs: 600_000, ...options };
}

/** Those that Discord has let through. */
export function arrivedOf(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(({ arrivedAt }) => arrivedAt !== undefined);
}

/** Makes fleets that share nothing, on the Redis of all tests. */
export class Fleets {
  readonly #state: StateManager;
  #made = 0;

  private constructor(state: StateManager) {
    this.#state = state;
  }

  static async start(): Promise<Fleets> {
    const { redisUrl } = await testServices();
    const state = new StateManager({ url: redisUrl, namespace: uniqueNamespace(), applicationId: '1' });
    await state.untilAvailable(AbortSignal.timeout(10_000));
    return new Fleets(state);
  }

  /** A fleet with a simulated Discord before it, and their time. */
  before(limits: LimitOptions, conditions: Partial<FleetConditions> = {}) {
    this.#made += 1;
    const random = randomFrom(this.#made);
    const time = new SimulatedTime(1_790_000_000_000 + random() * 1_000);
    const discord = new RateLimiter(this.#made, () => time.now);
    discord.setLimits(limits);
    const fleet = new SimulatedFleet({
      time,
      discord,
      scripts: this.#state.scripts,
      root: this.#state.scripts.key('rest', String(this.#made)),
      globalLimit: 50,
      random,
      latencyMs: [20, 80],
      latenessMs: () => random() * 3,
      ...conditions,
    });
    return { fleet, time, discord };
  }

  close(): void {
    this.#state.close();
  }
}

/** In [0, 1), the same sequence for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let position = seed;
  return () => {
    position = (position + 0x6d2b79f5) | 0;
    let mixed = Math.imul(position ^ (position >>> 15), 1 | position);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
