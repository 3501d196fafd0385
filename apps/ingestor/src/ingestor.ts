import { setTimeout as delay } from 'node:timers/promises';
import { serviceBroker } from '@arrakis/broker';
import { DiscordRest, DiscordRestError } from '@arrakis/discord-rest';
import { LocalIdentifyGate, Shard, type ShardEvent } from '@arrakis/gateway';
import { applicationIdOf, type Logger, type Service } from '@arrakis/service';
import { serviceState, type ShardKey, type StateManager, type StoredGatewaySession } from '@arrakis/state';
import type { IngestorSettings } from './config.ts';
import { Forwarder } from './forward.ts';
import { ingestorMetrics } from './ingestor-metrics.ts';
import { SessionKeeper } from './session-keeper.ts';
import { newTraceparent } from './traceparent.ts';

/** How long the sessions of a predecessor are waited for when Redis is away at the start, in ms. */
const sessionsPatienceMs = 15_000;

/** What the shards of a process are made of. */
interface ShardPlan {
  readonly gatewayUrl: string;
  readonly count: number;
  readonly ids: readonly number[];
  readonly maxConcurrency: number;
}

/** Holds the gateway: connects, resumes or identifies every shard and forwards what they receive. */
export async function startIngestor(service: Service, settings: IngestorSettings): Promise<void> {
  const { log } = service;
  const applicationId = applicationIdOf(settings);
  // Ingestion goes on without Redis, so its loss is a warning in the log and no reason to be unready.
  const state = serviceState(service, settings, { applicationId });
  const broker = serviceBroker(service, settings);
  const plan = await planShards(service, settings);

  const shards: Shard[] = [];
  const metrics = ingestorMetrics(service.metrics, {
    shards: () => shards.map((shard) => shard.status()),
    unconfirmed: () => forwarder.outbox.size,
  });
  const forwarder = new Forwarder({
    broker,
    origin: { applicationId, newTraceparent },
    metrics,
    maxUnconfirmed: settings.INGESTOR_MAX_UNCONFIRMED,
    maxUnconfirmedBytes: settings.INGESTOR_MAX_UNCONFIRMED_BYTES,
  });
  const keeper = new SessionKeeper(state.sessions, log);
  const identifyGate = new LocalIdentifyGate(plan.maxConcurrency);
  for (const id of plan.ids) {
    const key: ShardKey = { id, count: plan.count };
    const session = await loadSession(service, state, key);
    const shard = new Shard({
      id,
      count: plan.count,
      token: settings.DISCORD_TOKEN,
      intents: settings.DISCORD_INTENTS,
      gatewayUrl: plan.gatewayUrl,
      ...(session !== undefined && { session }),
      identifyGate,
      sink: (dispatch, confirm) => forwarder.forward(dispatch, confirm),
      onEvent: (event) => {
        logShardEvent(log, event);
        if (event.type === 'identified') void storeBeforeReading(shard, { forwarder, keeper });
      },
    });
    forwarder.supervise(shard);
    keeper.keep(key, shard);
    shards.push(shard);
  }
  service.health.addCheck('shards', () => whyShardsNotReady(shards));
  run(service, { shards, forwarder, keeper });
}

/** Asks Discord how the gateway is reached; waits for a Discord that is away, gives up on one that refuses. */
async function planShards(service: Service, settings: IngestorSettings): Promise<ShardPlan> {
  const rest = new DiscordRest({
    token: settings.DISCORD_TOKEN,
    applicationId: applicationIdOf(settings),
    apiUrl: settings.DISCORD_API_URL,
  });
  service.defer('rest', 1_000, () => rest.close());
  for (;;) {
    try {
      const { url, shards, session_start_limit: limit } = await rest.gatewayBot();
      const count = settings.SHARD_COUNT === 'auto' ? shards : settings.SHARD_COUNT;
      const ids = settings.SHARD_IDS ?? Array.from({ length: count }, (_, id) => id);
      const outside = ids.filter((id) => id >= count);
      if (outside.length > 0) {
        throw new Error(
          `SHARD_IDS names ${outside.join(', ')}, but with ${count} shards the last one is ${count - 1}.`,
        );
      }
      return { gatewayUrl: url, count, ids, maxConcurrency: limit.max_concurrency };
    } catch (cause) {
      if (cause instanceof DiscordRestError && cause.kind === 'unauthorized') {
        const advice =
          'Discord refuses the token: set DISCORD_TOKEN to the one shown by "Reset Token" in the developer portal.';
        throw new Error(advice, { cause });
      }
      if (!(cause instanceof DiscordRestError) || !cause.retryable) throw cause;
      service.log.warn({ err: cause }, 'Discord does not say how to reach its gateway; asking again');
      await delay(2_000 + 2_000 * Math.random(), undefined, { signal: service.signal });
    }
  }
}

/** The session a predecessor has left. Without Redis it is waited for a while: identifying anew would lose events. */
async function loadSession(
  service: Service,
  state: StateManager,
  key: ShardKey,
): Promise<StoredGatewaySession | undefined> {
  const giveUpAt = performance.now() + sessionsPatienceMs;
  for (;;) {
    try {
      return await state.sessions.load(key);
    } catch (cause) {
      if (performance.now() > giveUpAt || service.signal.aborted) {
        service.log.warn({ err: cause, shard: key.id }, 'stored sessions cannot be read; identifying anew');
        return undefined;
      }
      await delay(100, undefined, { signal: service.signal }).catch(() => undefined);
    }
  }
}

/**
 * A session that is not stored cannot be resumed by a successor: nothing more is read of it until it is, or until
 * Redis has turned out to be away.
 */
async function storeBeforeReading(shard: Shard, parts: Pick<Parts, 'forwarder' | 'keeper'>): Promise<void> {
  shard.pause();
  await parts.keeper.store();
  if (!parts.forwarder.paused) shard.resume();
}

interface Parts {
  readonly shards: readonly Shard[];
  readonly forwarder: Forwarder;
  readonly keeper: SessionKeeper;
}

/** Sets everything going, and defers its end: disconnect, wait for the confirms, store the cursors. */
function run(service: Service, { shards, forwarder, keeper }: Parts): void {
  const running = shards.map((shard) => shard.run().catch((cause: unknown) => service.fail(asError(cause))));
  const storing = new AbortController();
  const stored = keeper.run(storing.signal);
  service.defer('sessions', 3_000, async () => {
    storing.abort();
    await stored;
    await keeper.store();
  });
  service.defer('unconfirmed events', 5_000, () => forwarder.outbox.drained(AbortSignal.timeout(5_000)));
  service.defer('shards', 5_000, async () => {
    for (const shard of shards) shard.stop();
    await Promise.all(running);
  });
}

function whyShardsNotReady(shards: readonly Shard[]): string | undefined {
  const waiting = shards.map((shard) => shard.status()).filter((status) => status.state !== 'ready');
  const [first] = waiting;
  if (first === undefined) return undefined;
  const cause = first.lastDisconnect === undefined ? '' : ` (last disconnect: ${first.lastDisconnect})`;
  return `${waiting.length} of ${shards.length} shards are not ready; shard ${first.id} is ${first.state}${cause}`;
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
    case 'session-lost':
      log.error({ shard, ...details }, `shard ${shard} could not resume: events may be lost`);
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
