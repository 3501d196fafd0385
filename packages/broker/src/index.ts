export { Administration } from './administration.ts';
export { Broker, type BrokerOptions, type QueueDepth } from './broker.ts';
export type { BrokerEvent, BrokerListener } from './broker-event.ts';
export type { Consumer, ConsumeOptions, Delivery } from './consumer.ts';
export { BrokerError, type BrokerErrorKind } from './errors.ts';
export type { ProcessIdentity } from './failed-message.ts';
export { describeDifference, type ArgumentValue, type Difference } from './inequivalence.ts';
export type { Outbox, OutboxLimits } from './outbox.ts';
export type { OutgoingMessage, Publisher } from './publisher.ts';
export {
  temporaryQueueOf,
  type MigrationOptions,
  type MigrationOutcome,
  type MigrationStep,
} from './queue-migration.ts';
export { serviceBroker, type BrokerSettings } from './service-broker.ts';
export type { Settlement, SubscribedMessage, SubscribeOptions, Subscription, Subscriptions } from './subscriptions.ts';
export type { ObjectState, PlannedObject, TopologyPlan } from './topology-plan.ts';
export { done, giveBack, move, reject, retry, type RetryOptions, type Verdict } from './verdict.ts';
