import { GatewayClient, Router, type BotParts, type BotState, type Gateway, type Module } from '@arrakis/bot';
import type { Broker } from '@arrakis/broker';
import { DiscordRest, type RestEvent } from '@arrakis/discord-rest';
import { botsOf, discordProxyOf, type DiscordBot, type Logger, type Service } from '@arrakis/service';
import { serviceState, type ClaimStore, type StateManager } from '@arrakis/state';
import type { WorkerSettings } from './config.ts';
import { UnknownApplicationError } from './failure.ts';
import { believedShardCount } from './shard-count.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** What a worker has for one bot: its handlers, and the way to everything that is its own. */
export interface Bot {
  readonly applicationId: string;
  readonly router: Router;
  readonly parts: BotParts;
  readonly log: Logger;
  readonly claims: ClaimStore;
}

/** The bots of a worker, by application id: a queue holds the events of all of them. */
export class Bots<Known extends Partial<Bot> = Bot> {
  readonly #known: ReadonlyMap<string, Known>;

  constructor(known: ReadonlyMap<string, Known>) {
    this.#known = known;
  }

  /** @throws {UnknownApplicationError} when this worker has no token of it. */
  of(applicationId: string): Known {
    const bot = this.#known.get(applicationId);
    if (bot === undefined) throw new UnknownApplicationError(applicationId);
    return bot;
  }

  get all(): readonly Known[] {
    return [...this.#known.values()];
  }
}

interface Connections {
  readonly broker: Broker;
  readonly metrics: WorkerMetrics;
  readonly modules: readonly Module[];
}

/**
 * Connects every bot of the settings, and defers the end of its connections.
 * @throws {DefinitionError} naming all that is wrong with the modules.
 */
export function connectBots(service: Service, settings: WorkerSettings, connections: Connections): Bots {
  const { broker, metrics, modules } = connections;
  const claims = { leaseMs: settings.WORKER_CLAIM_LEASE_MS };
  const router = new Router(modules, { events: settings.ARRAKIS_EVENTS });
  const known = new Map<string, Bot>();
  for (const bot of botsOf(settings)) {
    const { applicationId } = bot;
    const state = serviceState(service, settings, { applicationId, claims });
    const rest = connectRest(service, bot, { settings, state, metrics });
    service.health.addCheck(`redis ${applicationId}`, () => whyEventsWait(state));
    const gateway = connectGateway(settings, { applicationId, broker, state });
    const parts = { rest, gateway, state: botState(state), environment: settings.moduleEnvironment };
    known.set(applicationId, { applicationId, router, parts, log: service.log, claims: state.claims });
  }
  return new Bots(known);
}

/** What handlers see of the state. */
export function botState({ handlerSessions, windows, guilds }: StateManager): BotState {
  return { sessions: handlerSessions, limits: windows, guilds };
}

/** Interactions go on without Redis, since somebody waits; all else stays in the broker until it is back. */
function whyEventsWait(state: StateManager): string | undefined {
  const reason = state.whyUnavailable();
  return reason === undefined ? undefined : `events wait, only interactions are handled: ${reason}`;
}

function connectGateway(
  { ARRAKIS_NAMESPACE: namespace }: WorkerSettings,
  { applicationId, broker, state }: { applicationId: string; broker: Broker; state: StateManager },
): Gateway {
  const shardCount = believedShardCount(() => state.leases.count());
  return new GatewayClient({ namespace, applicationId, publisher: broker.publisher, shardCount });
}

function connectRest(
  service: Service,
  { token, applicationId }: DiscordBot,
  { settings, state, metrics }: { settings: WorkerSettings; state: StateManager; metrics: WorkerMetrics },
): DiscordRest {
  const onEvent = (event: RestEvent): void => {
    metrics.requested(applicationId, event);
    logRestEvent(service.log, applicationId, event);
  };
  const rest = new DiscordRest({
    token,
    applicationId,
    apiUrl: settings.DISCORD_API_URL,
    ...discordProxyOf(settings),
    globalLimit: settings.DISCORD_GLOBAL_LIMIT,
    egress: settings.WORKER_EGRESS,
    scripts: state.scripts,
    onEvent,
  });
  rest.keepWarm();
  service.defer(`rest ${applicationId}`, 3_000, () => rest.close(2_000));
  service.health.addCheck(`discord ${applicationId}`, () => rest.whyNotReady());
  return rest;
}

/** What a person should know of the way to Discord. */
function logRestEvent(log: Logger, applicationId: string, event: RestEvent): void {
  if (event.type === 'token-refused') log.error({ applicationId }, 'Discord refuses the bot token');
  else if (event.type === 'clock') {
    const { aheadMs } = event;
    if (aheadMs === 0) log.info("this machine's clock agrees with Discord's again");
    else
      log.error(
        { aheadMs },
        "this machine's clock is not Discord's: what is too late is taken for in time, or the other way round",
      );
  } else if (event.type === 'blocked') {
    log.error(
      { applicationId, forMs: event.forMs },
      'Discord has blocked this address; only first responses are tried',
    );
  } else if (event.type === 'limiter' && event.state !== 'shaky') {
    const meaning = event.state === 'up' ? 'together again' : 'without Redis, each process a share';
    log.warn({ applicationId }, `rate limits are kept ${meaning}`);
  }
}
