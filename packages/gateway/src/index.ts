export { ShardCommandError, type CommandFault, type CommandOpcode } from './command.ts';
export type { Compression } from './decompressor.ts';
export type { Dispatch, DispatchSink } from './dispatch.ts';
export { readFields, type DispatchFields } from './dispatch-fields.ts';
export { FatalGatewayError } from './errors.ts';
export type { IdentifyGate } from './identify-gate.ts';
export type { StoredSession } from './session.ts';
export { Shard } from './shard.ts';
export type { SequenceGap, SessionLoss, ShardEvent, ShardListener } from './shard-event.ts';
export type { ShardOptions } from './shard-options.ts';
export type { ShardState, ShardStatus } from './shard-status.ts';
export type { SilenceLimits } from './silence-watchdog.ts';
export {
  askGatewayBot,
  GatewayBotError,
  type GatewayBot,
  type GatewayBotErrorKind,
  type GatewayBotQuestion,
} from './gateway-bot.ts';
