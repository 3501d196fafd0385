export { Broker, type BrokerOptions, type QueueDepth } from './broker.ts';
export type { BrokerEvent, BrokerListener } from './broker-event.ts';
export type { Consumer, ConsumeOptions, Delivery } from './consumer.ts';
export { BrokerError, type BrokerErrorKind } from './errors.ts';
export type { Outbox, OutboxLimits } from './outbox.ts';
export type { OutgoingMessage, Publisher } from './publisher.ts';
export { serviceBroker, type BrokerSettings } from './service-broker.ts';
export type { Settlement, SubscribedMessage, SubscribeOptions, Subscription, Subscriptions } from './subscriptions.ts';
export { done, reject, retry, type Verdict } from './verdict.ts';
