import { setTimeout as delay } from 'node:timers/promises';
import { serviceBroker } from '@arrakis/broker';
import { DiscordRest, DiscordRestError } from '@arrakis/discord-rest';
import { LocalIdentifyGate, Shard, type ShardEvent } from '@arrakis/gateway';
import { applicationIdOf, SettingsError, type Logger, type Service } from '@arrakis/service';
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
  /** Sessions that may still be started today, and after how many ms it is another day. */
  readonly remaining: number;
  readonly resetAfterMs: number;
}

/** Holds the gateway: connects, resumes or identifies every shard and forwards what they receive. */
export async function startIngestor(service: Service, settings: IngestorSettings): Promise<void> {
  const applicationId = applicationIdOf(settings);
  // Ingestion goes on without Redis, so its loss is a warning in the log and no reason to be unready.
  const state = serviceState(service, settings, { applicationId });
  const broker = serviceBroker(service, settings);
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
  const keeper = new SessionKeeper(state.sessions, service.log);
  service.health.addCheck('shards', () => whyShardsNotReady(shards));
  const plan = await planShards(service, settings);
  const sessions = await loadSessions(service, state, plan);
  await spareIdentifies(service, plan, sessions);
  service.signal.throwIfAborted();
  shards.push(...createShards({ service, settings, plan, sessions, forwarder, keeper }));
  run(service, { shards, forwarder, keeper });
}

interface ShardParts {
  readonly service: Service;
  readonly settings: IngestorSettings;
  readonly plan: ShardPlan;
  readonly sessions: ReadonlyMap<number, StoredGatewaySession>;
  readonly forwarder: Forwarder;
  readonly keeper: SessionKeeper;
}

function createShards({ service, settings, plan, sessions, forwarder, keeper }: ShardParts): Shard[] {
  const identifyGate = new LocalIdentifyGate(plan.maxConcurrency);
  return plan.ids.map((id) => {
    const key: ShardKey = { id, count: plan.count };
    const session = sessions.get(id);
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
        logShardEvent(service.log, event);
        if (event.type === 'identified') void storeBeforeReading(shard, keeper);
        if (event.type === 'session-lost') void keeper.forget(key);
      },
    });
    forwarder.supervise(shard);
    keeper.keep(key, shard);
    return shard;
  });
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
      const { url, shards, session_start_limit: limit } = await rest.gatewayBot({ signal: service.signal });
      const count = settings.SHARD_COUNT === 'auto' ? shards : settings.SHARD_COUNT;
      const ids = settings.SHARD_IDS ?? Array.from({ length: count }, (_, id) => id);
      const outside = ids.filter((id) => id >= count);
      if (outside.length > 0) {
        throw new SettingsError(
          `SHARD_IDS names ${outside.join(', ')}, but with ${count} shards the last one is ${count - 1}.`,
        );
      }
      const { max_concurrency: maxConcurrency, remaining, reset_after: resetAfterMs } = limit;
      return { gatewayUrl: url, count, ids, maxConcurrency, remaining, resetAfterMs };
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

/**
 * The sessions that predecessors have left, by shard id. Without Redis they are waited for a while: identifying anew
 * would lose the events since.
 */
async function loadSessions(
  service: Service,
  state: StateManager,
  plan: ShardPlan,
): Promise<Map<number, StoredGatewaySession>> {
  const giveUpAt = performance.now() + sessionsPatienceMs;
  const found = new Map<number, StoredGatewaySession>();
  const load = async (id: number): Promise<void> => {
    for (;;) {
      try {
        const session = await state.sessions.load({ id, count: plan.count });
        if (session !== undefined) found.set(id, session);
        return;
      } catch (cause) {
        service.signal.throwIfAborted();
        if (performance.now() > giveUpAt) throw cause;
        await delay(100, undefined, { signal: service.signal });
      }
    }
  };
  try {
    await Promise.all(plan.ids.map(load));
  } catch (cause) {
    service.signal.throwIfAborted();
    service.log.error({ err: cause }, 'stored sessions cannot be read: identifying anew, what came meanwhile is lost');
  }
  return found;
}

/** Discord resets the token of a bot that identifies more often a day than it may: rather be late than without a token. */
async function spareIdentifies(
  service: Service,
  { ids, remaining, resetAfterMs }: ShardPlan,
  sessions: ReadonlyMap<number, unknown>,
): Promise<void> {
  const needed = ids.length - sessions.size;
  if (needed <= remaining) return;
  service.log.error(
    { needed, remaining, resetAfterMs },
    'too few sessions may be started today: waiting until Discord allows more; look for what restarts so often',
  );
  await delay(resetAfterMs, undefined, { signal: service.signal });
}

/**
 * A session that is not stored cannot be resumed by a successor: nothing more is read of it until it is, or until
 * Redis has turned out to be away.
 */
async function storeBeforeReading(shard: Shard, keeper: SessionKeeper): Promise<void> {
  const reason = 'the session is being stored';
  shard.pause(reason);
  await keeper.store();
  shard.resume(reason);
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
    await keeper.store({ all: true });
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
