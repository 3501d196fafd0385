export {
  decodeDeadLetter,
  failedAttempts,
  failureHeaders,
  type DeadLetter,
  type FailedAttempt,
} from './dead-letter.ts';
export { dispatchEventId, type DeliveredEvent, type Event } from './event.ts';
export {
  dispatchType,
  eventTypeLabel,
  guildCreateType,
  guildDeleteType,
  interactionType,
  priorityOf,
  type GuildCreateCause,
  type InteractionShape,
} from './event-type.ts';
export {
  decodeGatewayCommand,
  encodeGatewayCommand,
  gatewayCommandLifetimeMs,
  gatewayCommandQueue,
  guildsOf,
  shardOf,
  type GatewayCommand,
  type GatewayCommandAddress,
  type GatewayCommandMessage,
  type ReceivedGatewayCommand,
} from './gateway-command.ts';
export {
  gatewayGap,
  gatewayGapEvent,
  gatewayNotices,
  gatewaySessionLost,
  gatewaySessionLostEvent,
  type GatewayGap,
  type GatewaySessionLost,
  type NoticeOrigin,
} from './gateway-notice.ts';
export {
  decodeEvent,
  encodeEvent,
  MalformedMessageError,
  moduleHeader,
  type EventHeaders,
  type EventMessage,
} from './message.ts';
export { withoutToken } from './secret-token.ts';
export {
  eventRouting,
  namesIn,
  retryTier,
  topicMatches,
  topologyIn,
  type BindingDefinition,
  type ExchangeDefinition,
  type Names,
  type QueueDefinition,
  type RetryTier,
  type Topology,
  type TopologyOptions,
  type WorkQueues,
} from './topology.ts';
