import type { Dispatch } from '../world/dispatch-sink.ts';
import { adaptedData } from './adapted-data.ts';
import { runBurst } from './burst.ts';
import type { BurstOptions } from './burst.ts';
import { dispatchBody } from './frames.ts';
import { isDelivered } from './intents.ts';
import type { IntentSubject } from './intents.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { GatewayStatistics } from './statistics.ts';

/** Brings events to the sessions that they are for. */
export class EventRouter {
  readonly #registry: SessionRegistry;
  readonly #statistics: GatewayStatistics;
  readonly #maximumBurstBacklog: number;

  constructor(setting: { registry: SessionRegistry; statistics: GatewayStatistics; replayBufferSize: number }) {
    this.#registry = setting.registry;
    this.#statistics = setting.statistics;
    this.#maximumBurstBacklog = Math.floor(setting.replayBufferSize / 2);
  }

  dispatch(dispatch: Dispatch): void {
    this.#deliver(dispatch, this.#registry.routed(dispatch.applicationId, dispatch.guildId));
  }

  dispatchTo(session: Session, event: IntentSubject): void {
    this.#deliver(event, [session]);
  }

  async burst(options: BurstOptions): Promise<void> {
    const { applicationId, guildId = null, shardId, type, data } = options;
    const sessions = (): Iterable<Session> =>
      shardId === undefined
        ? this.#registry.routed(applicationId, guildId)
        : this.#registry.matching({ applicationId, shardId });
    await runBurst(options, {
      append: (index) => this.#deliver({ guildId, type, data: data(index) }, sessions()),
      sessions,
      maximumBacklog: this.#maximumBurstBacklog,
    });
  }

  #deliver(event: IntentSubject, sessions: Iterable<Session>): void {
    let body: string | undefined;
    let delivered = false;
    for (const session of sessions) {
      const { intents, bot } = session;
      if (!isDelivered(event, intents, bot.user.id)) continue;
      const data = adaptedData(event, { intents, botUserId: bot.user.id });
      // Most sessions see the same data, which is then serialised once.
      if (data === event.data) session.append(event.type, data, (body ??= dispatchBody(data)));
      else session.append(event.type, data);
      delivered = true;
    }
    if (delivered) this.#statistics.dispatches += 1;
    else this.#statistics.dispatchesWithoutSession += 1;
  }
}
