import type { Subscriptions } from '@arrakis/broker';
import { Shard, type GatewayBot } from '@arrakis/gateway';
import type { DiscordBot, Logger, Service } from '@arrakis/service';
import {
  serviceState,
  type FleetMember,
  type IdentifySchedule,
  type ShardKey,
  type StateManager,
  type StoredGatewaySession,
} from '@arrakis/state';
import type { IngestorSettings } from './config.ts';
import { DiscordGateway, TokenRefusedError } from './discord-gateway.ts';
import { GatewayCommands, type GatewayCommandMetrics } from './gateway-commands.ts';
import type { Forwarder } from './forward.ts';
import type { ObservedShard } from './ingestor-metrics.ts';
import { processName } from './process-name.ts';
import { SessionKeeper } from './session-keeper.ts';
import { ShardEvents } from './shard-events.ts';
import { ShardFleet } from './shard-fleet.ts';

export interface BotParts {
  readonly service: Service;
  readonly settings: IngestorSettings;
  readonly bot: DiscordBot;
  readonly forwarder: Forwarder;
  readonly subscriptions: Subscriptions;
  readonly commandMetrics: GatewayCommandMetrics;
  /** The bot cannot go on: Discord has refused it for good. */
  readonly onFailed: (bot: Bot, cause: Error) => void;
}

/** What a bot is made of as soon as Discord has said how its gateway is reached. */
interface Running {
  readonly fleet: ShardFleet;
  readonly keeper: SessionKeeper;
  readonly schedule: IdentifySchedule;
}

/**
 * A bot, that is an application of Discord, in this process: its part of the fleet's shards, their sessions and their
 * turns to identify.
 */
export class Bot {
  readonly applicationId: string;
  readonly #parts: BotParts;
  readonly #log: Logger;
  readonly #state: StateManager;
  readonly #discord: DiscordGateway;
  readonly #storing = new AbortController();
  #running: Running | undefined;
  #stored: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(parts: BotParts) {
    const { service, settings, bot } = parts;
    this.#parts = parts;
    this.applicationId = bot.applicationId;
    this.#log = service.log.child({ application: bot.applicationId });
    // Ingestion goes on without Redis, so its loss is a warning in the log and no reason to be unready.
    this.#state = serviceState(service, settings, { applicationId: bot.applicationId });
    this.#discord = new DiscordGateway({ bot, apiUrl: settings.DISCORD_API_URL, log: this.#log });
  }

  /** Asks Discord for the gateway, and takes part in the fleet until {@link halt}. */
  async run(): Promise<void> {
    const { signal } = this.#parts.service;
    try {
      const [gateway] = await Promise.all([this.#discord.find(signal), this.#state.untilAvailable(signal)]);
      signal.throwIfAborted();
      const running = this.#assemble(gateway);
      this.#running = running;
      // If Redis does not take it, Discord is asked again when the first shard is to identify.
      await running.schedule.learn(gateway.limit).catch(() => undefined);
      this.#stored = running.keeper.run(this.#storing.signal);
      await running.fleet.run();
    } catch (cause) {
      if (!signal.aborted) this.#fail(cause);
    }
  }

  shards(): readonly ObservedShard[] {
    const statuses = this.#running?.fleet.statuses() ?? [];
    return statuses.map((status) => ({ ...status, applicationId: this.applicationId }));
  }

  /** Why the bot's part in this process is not done; undefined when it is. */
  whyNotReady(): string | undefined {
    if (this.#failure !== undefined) return this.#failure.message;
    if (this.#running === undefined) {
      return this.#state.whyUnavailable() ?? 'Discord has not yet said how its gateway is reached';
    }
    const { fleet, schedule } = this.#running;
    const reason = fleet.whyNotReady();
    if (reason === undefined) return undefined;
    const waiting = schedule.whyWaiting();
    return waiting === undefined ? reason : `${reason}; ${waiting}`;
  }

  /** Takes no more shards and stops reading: the first step of a stop. The others follow in the order given here. */
  async halt(): Promise<void> {
    await this.#running?.fleet.halt();
  }

  /** Stores the sessions as of their cursors, those that have not changed as well. */
  async store(): Promise<void> {
    this.#storing.abort();
    await this.#stored;
    await this.#running?.keeper.store({ all: true });
  }

  /** Disconnects so that the sessions can be resumed. */
  async disconnect(): Promise<void> {
    await this.#running?.fleet.disconnect();
  }

  /** Gives the leases back: another process may resume. */
  async leave(): Promise<void> {
    await this.#running?.fleet.leave();
  }

  #assemble(gateway: GatewayBot): Running {
    const { settings, forwarder } = this.#parts;
    const { sessions, leases } = this.#state;
    const member = leases.member({
      member: processName(),
      count: settings.SHARD_COUNT,
      recommendedCount: gateway.recommendedShards,
      pins: settings.SHARD_IDS,
    });
    const keeper: SessionKeeper = new SessionKeeper({
      sessions,
      log: this.#log,
      fenceOf: (shardId) => member.fenceOf(shardId),
      onRefused: (shardId) => fleet.lose(shardId),
    });
    const schedule = this.#schedule(member);
    const createShard = this.#shardFactory({ gateway, keeper, schedule, member });
    const fleet: ShardFleet = new ShardFleet({
      member,
      pins: settings.SHARD_IDS,
      recommendedCount: gateway.recommendedShards,
      members: () => leases.members(),
      untilAvailable: (signal) => this.#state.untilAvailable(signal),
      loadSession: (key) => sessions.load(key),
      createShard,
      keeper,
      commands: this.#commands(),
      onGone: (shard) => forwarder.drop(shard),
      onFatal: (cause) => this.#fail(cause),
      log: this.#log,
    });
    return { fleet, keeper, schedule };
  }

  #commands(): GatewayCommands {
    const { settings, subscriptions, commandMetrics: metrics } = this.#parts;
    const { ARRAKIS_NAMESPACE: namespace } = settings;
    return new GatewayCommands({
      subscriptions,
      namespace,
      applicationId: this.applicationId,
      log: this.#log,
      metrics,
    });
  }

  #schedule(holder: FleetMember): IdentifySchedule {
    return this.#state.identifySchedule({
      holder,
      limit: async (signal) => {
        try {
          return (await this.#discord.ask(signal)).limit;
        } catch (cause) {
          if (cause instanceof TokenRefusedError) this.#fail(cause);
          throw cause;
        }
      },
      onSpent: (resetInMs) =>
        this.#log.error(
          { resetInMs },
          'the sessions that may be started today are spent but for a reserve: waiting until Discord allows more; ' +
            'look for what restarts so often',
        ),
    });
  }

  #shardFactory(parts: {
    readonly gateway: GatewayBot;
    readonly keeper: SessionKeeper;
    readonly schedule: IdentifySchedule;
    readonly member: FleetMember;
  }): (key: ShardKey, session: StoredGatewaySession | undefined) => Shard {
    const { settings, forwarder, bot } = this.#parts;
    const { gateway, keeper, schedule, member } = parts;
    const { applicationId } = this;
    const publish = forwarder.publish.bind(forwarder);
    const events = new ShardEvents({
      applicationId,
      log: this.#log,
      keeper,
      publish,
      onSessionLost: (shard) => forwarder.sessionLost(shard),
    });
    return ({ id, count }, session) => {
      const shard: Shard = new Shard({
        id,
        count,
        token: bot.token,
        intents: settings.DISCORD_INTENTS,
        compression: settings.DISCORD_COMPRESSION,
        gatewayUrl: gateway.url,
        ...(session !== undefined && { session }),
        identifyGate: schedule,
        sink: forwarder.sinkFor(applicationId, () => shard),
        onEvent: (event) => events.handle(event, shard),
        resumableFrom: (sessionId) => keeper.resumableFrom(id, sessionId),
        mayBeHeldElsewhere: () => member.mayHaveRunOut,
      });
      forwarder.supervise(shard);
      return shard;
    };
  }

  /** Discord refuses the bot, or something is wrong here: it is ended, others go on. */
  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = cause instanceof Error ? cause : new Error(String(cause));
    this.#parts.onFailed(this, this.#failure);
  }
}
