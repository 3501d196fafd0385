import { serviceBroker } from '@arrakis/broker';
import { eventRouting } from '@arrakis/protocol';
import { botsOf, type Logger, type Service } from '@arrakis/service';
import { Bot } from './bot.ts';
import type { IngestorSettings } from './config.ts';
import { whyNothingComes } from './event-intents.ts';
import { gatewayCommandMetrics } from './gateway-commands.ts';
import { Forwarder } from './forward.ts';
import { ingestorMetrics } from './ingestor-metrics.ts';
import { newTraceparent } from './traceparent.ts';

/** Holds the gateway of one or more bots: runs their shards and forwards what they receive through one outbox. */
export async function startIngestor(service: Service, settings: IngestorSettings): Promise<void> {
  warnOfIdlePatterns(service.log, settings);
  const broker = serviceBroker(service, settings);
  const bots: Bot[] = [];
  const metrics = ingestorMetrics(service.metrics, {
    shards: () => bots.flatMap((bot) => bot.shards()),
    unconfirmed: () => forwarder.outbox.size,
  });
  const forwarder = new Forwarder({
    broker,
    log: service.log,
    isRouted: eventRouting(settings.ARRAKIS_EVENTS),
    newTraceparent,
    metrics,
    maxUnconfirmed: settings.INGESTOR_MAX_UNCONFIRMED,
    maxUnconfirmedBytes: settings.INGESTOR_MAX_UNCONFIRMED_BYTES,
  });
  // One message of a queue at a time, so that commands keep their order.
  const subscriptions = broker.subscriptions(1);
  const commandMetrics = gatewayCommandMetrics(service.metrics);
  const failed = new Set<Bot>();
  const onFailed = (bot: Bot, cause: Error): void => {
    failed.add(bot);
    if (failed.size === bots.length) return service.fail(cause);
    service.log.error({ err: cause, application: bot.applicationId }, `a bot is given up: ${cause.message}`);
    end(bot).catch((err: unknown) => service.log.error({ err }, 'a bot could not be ended cleanly'));
  };
  const parts = { service, settings, forwarder, subscriptions, commandMetrics, onFailed };
  for (const bot of botsOf(settings)) bots.push(new Bot({ ...parts, bot }));
  for (const bot of bots) {
    service.health.addCheck(bots.length === 1 ? 'shards' : `shards ${bot.applicationId}`, () => bot.whyNotReady());
  }
  service.health.addReport('shards', () => bots.flatMap((bot) => bot.shards()));
  deferEnd(service, { bots, forwarder });
  for (const bot of bots) void bot.run();
}

/** It is no reason not to start: Discord may send something new one day. */
function warnOfIdlePatterns(
  log: Logger,
  { ARRAKIS_EVENTS: patterns, DISCORD_INTENTS: intents }: IngestorSettings,
): void {
  for (const pattern of patterns) {
    const reason = whyNothingComes(pattern, intents);
    if (reason !== undefined) log.warn({ pattern }, `a pattern of ARRAKIS_EVENTS brings no event: ${reason}`);
  }
}

/** Reading stops, what was read is confirmed, the cursors are stored, the sockets closed, the leases given back. */
function deferEnd(service: Service, { bots, forwarder }: { bots: readonly Bot[]; forwarder: Forwarder }): void {
  // Run last in, first out.
  const each = (step: (bot: Bot) => Promise<void>) => async () => {
    await Promise.all(bots.map(step));
  };
  service.defer(
    'leases',
    2_500,
    each((bot) => bot.leave()),
  );
  service.defer(
    'shards',
    4_000,
    each((bot) => bot.disconnect()),
  );
  service.defer(
    'sessions',
    3_000,
    each((bot) => bot.store()),
  );
  service.defer('unconfirmed events', 5_000, () => forwarder.outbox.drained(AbortSignal.timeout(5_000)));
  service.defer(
    'reading',
    2_500,
    each((bot) => bot.halt()),
  );
}

/** Ends one of several bots. What of it is unconfirmed is left to be confirmed. */
async function end(bot: Bot): Promise<void> {
  await bot.halt();
  await bot.store();
  await bot.disconnect();
  await bot.leave();
}
