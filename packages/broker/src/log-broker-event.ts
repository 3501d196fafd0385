import type { Logger } from '@arrakis/service';
import type { BrokerEvent } from './broker-event.ts';

/** Writes what happens at the broker into a service's log. */
export function logBrokerEvent(log: Logger, event: BrokerEvent): void {
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
