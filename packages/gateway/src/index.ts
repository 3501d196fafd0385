export { GatewayCommandError, type CommandFault, type CommandOpcode } from './command.ts';
export type { Compression } from './decompressor.ts';
export type { Dispatch, DispatchSink } from './dispatch.ts';
export { FatalGatewayError } from './errors.ts';
export { LocalIdentifyGate, type IdentifyGate } from './identify-gate.ts';
export type { StoredSession } from './session.ts';
export { Shard, type ShardOptions } from './shard.ts';
export type { SequenceGap, SessionLoss, ShardEvent, ShardListener } from './shard-event.ts';
export type { ShardState, ShardStatus } from './shard-status.ts';
