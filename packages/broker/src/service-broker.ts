import { hostname } from 'node:os';
import type { Logger, Service } from '@arrakis/service';
import { Broker, type BrokerOptions } from './broker.ts';
import type { BrokerEvent } from './broker-event.ts';

/** The settings of a service that say which broker it uses. */
export interface BrokerSettings {
  readonly RABBITMQ_URL: string;
  readonly ARRAKIS_NAMESPACE: string;
  readonly ARRAKIS_EVENTS: readonly string[];
  readonly APP_VERSION: string;
}

/** The broker of a service: its events are logged, its state is part of readiness, and it is closed at the end. */
export function serviceBroker(
  service: Service,
  settings: BrokerSettings,
  options: Pick<BrokerOptions, 'modules'> = {},
): Broker {
  const broker = new Broker({
    url: settings.RABBITMQ_URL,
    namespace: settings.ARRAKIS_NAMESPACE,
    events: settings.ARRAKIS_EVENTS,
    ...options,
    connectionName: `${service.name} ${process.pid}`,
    identity: { name: `${service.name}@${hostname()}:${process.pid}`, version: settings.APP_VERSION },
    onEvent: (event) => logBrokerEvent(service.log, event),
  });
  service.defer('broker', 3_000, () => broker.close());
  service.health.addCheck('broker', () => broker.whyNotReady());
  return broker;
}

/** Writes what happens at the broker into a service's log. */
function logBrokerEvent(log: Logger, event: BrokerEvent): void {
  switch (event.type) {
    case 'connected':
    case 'unblocked':
      log.info({ purpose: event.purpose }, `broker ${event.type}`);
      return;
    case 'disconnected':
      log.warn({ purpose: event.purpose, err: event.cause, retryInMs: event.retryInMs }, 'broker disconnected');
      return;
    case 'blocked':
      log.warn({ purpose: event.purpose, reason: event.reason }, 'broker blocked');
      return;
    case 'settle-failed':
      log.warn({ queue: event.queue, messageId: event.messageId, err: event.cause }, 'message could not be settled');
      return;
    case 'publish-refused':
      log.warn(
        { routingKey: event.routingKey, retryInMs: event.retryInMs },
        'the broker refused events; sending again',
      );
  }
}
