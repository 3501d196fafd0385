export { Administration } from './administration.ts';
export { Broker, type BrokerOptions, type QueueDepth } from './broker.ts';
export type { BrokerEvent, BrokerListener } from './broker-event.ts';
export type { Consumer, ConsumeOptions, Delivery } from './consumer.ts';
export { BrokerError, type BrokerErrorKind } from './errors.ts';
export type { ProcessIdentity } from './failed-message.ts';
export { describeDifference } from './inequivalence.ts';
export type { Outbox, OutboxLimits } from './outbox.ts';
export type { OutgoingMessage, Publisher } from './publisher.ts';
export type { MigrationOptions, MigrationOutcome, MigrationStep } from './queue-migration.ts';
export { retrySpreadMs } from './retry-spread.ts';
export { serviceBroker, type BrokerSettings } from './service-broker.ts';
export type { Settlement, SubscribedMessage, SubscribeOptions, Subscription, Subscriptions } from './subscriptions.ts';
export type { PlannedObject, TopologyPlan } from './topology-plan.ts';
export {
  done,
  giveBack,
  move,
  reject,
  retry,
  split,
  type CopyVerdict,
  type RetryOptions,
  type SingleVerdict,
  type Verdict,
  type VerdictPart,
} from './verdict.ts';
