import type { SequenceGap, SessionLoss, Shard, ShardEvent } from '@arrakis/gateway';
import { gatewayGapEvent, gatewaySessionLostEvent, type Event } from '@arrakis/protocol';
import type { Logger } from '@arrakis/service';
import type { SessionKeeper } from './session-keeper.ts';
import { newTraceparent } from './traceparent.ts';

export interface ShardEventPorts {
  readonly applicationId: string;
  readonly log: Logger;
  readonly keeper: SessionKeeper;
  /** Publishes an event; `confirm` is called when the broker has it. */
  readonly publish: (event: Event, confirm: () => void) => void;
  /** What is unconfirmed of a lost session is nobody else's to publish. */
  readonly onSessionLost: (shard: Shard) => void;
}

/** Why a shard is paused here. */
const storing = 'the session is being stored';

/**
 * What follows from what happens to the shards of a bot: it is logged, what is lost is told to the bot, and a new session
 * is stored before anything more of it is read.
 */
export class ShardEvents {
  readonly #ports: ShardEventPorts;
  /** When the loss of a shard's last session is as safe as an event. */
  readonly #losses = new WeakMap<Shard, Promise<void>>();

  constructor(ports: ShardEventPorts) {
    this.#ports = ports;
  }

  handle(event: ShardEvent, shard: Shard): void {
    logShardEvent(this.#ports.log, event);
    if (event.type === 'identified') void this.#storeBeforeReading(shard);
    if (event.type === 'gap') this.#tellGap(event);
    if (event.type === 'session-lost') this.#tellLoss(event, shard);
  }

  /**
   * A session that is not stored cannot be resumed by a successor: nothing more is read of it until it is, or until
   * Redis has turned out to be away.
   */
  async #storeBeforeReading(shard: Shard): Promise<void> {
    shard.pause(storing);
    await this.#losses.get(shard);
    await this.#ports.keeper.store({ shardId: shard.id });
    shard.resume(storing);
  }

  /** The cursor stays before the gap until the news of it is safe. */
  #tellGap({ sessionId, shardId, from, to, missing, hold }: SequenceGap): void {
    const gap = { session_id: sessionId, shard_id: shardId, from, to, missing };
    this.#ports.publish(gatewayGapEvent(gap, this.#origin()), hold());
  }

  /** What is stored of the session stays until the news of its loss is safe: a successor would tell it again. */
  #tellLoss({ sessionId, shardId, confirmed, received, lastDispatchAt, reason }: SessionLoss, shard: Shard): void {
    const { keeper, publish, onSessionLost } = this.#ports;
    onSessionLost(shard);
    const lost = {
      session_id: sessionId,
      shard_id: shardId,
      confirmed,
      received,
      last_dispatch_at: lastDispatchAt ?? null,
      reason,
    };
    const told = Promise.withResolvers<void>();
    this.#losses.set(shard, told.promise);
    keeper.hold(shard);
    publish(gatewaySessionLostEvent(lost, this.#origin()), () => {
      void keeper.forget(shard);
      told.resolve();
    });
  }

  #origin() {
    return { applicationId: this.#ports.applicationId, noticedAt: Date.now(), traceparent: newTraceparent() };
  }
}

function logShardEvent(log: Logger, event: ShardEvent): void {
  const { type, shardId: shard, ...details } = event;
  switch (type) {
    case 'identified':
    case 'resumed':
      log.info({ shard, ...details }, `shard ${shard} ${type}`);
      return;
    case 'disconnected':
      log.warn({ shard, ...details }, `shard ${shard} disconnected`);
      return;
    case 'suspended':
      log.warn({ shard, ...details }, `shard ${shard} disconnected until it may read again`);
      return;
    case 'silent': {
      const { sessionId, heartbeats, action } = event;
      const remedy = action === 'resume' ? 'resuming elsewhere' : 'giving the session up';
      log.warn({ shard, sessionId, heartbeats }, `shard ${shard} is connected but silent: ${remedy}`);
      return;
    }
    case 'unreadable':
      log.error({ shard, ...details }, `shard ${shard} goes on without a frame that it can never read`);
      return;
    case 'gap': {
      const { sessionId, from, to, missing } = event;
      log.error({ shard, sessionId, from, to, missing }, `shard ${shard}: Discord left out ${missing} events`);
      return;
    }
    case 'session-lost':
      log.error({ shard, ...details }, `shard ${shard} could not resume: events may be lost`);
      return;
    default:
      event satisfies never;
  }
}
