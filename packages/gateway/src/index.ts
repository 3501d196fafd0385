export type { Dispatch, DispatchSink } from './dispatch.ts';
export { FatalGatewayError } from './errors.ts';
export { LocalIdentifyGate, type IdentifyGate } from './identify-gate.ts';
export type { StoredSession } from './session.ts';
export { Shard, type ShardOptions, type ShardState, type ShardStatus } from './shard.ts';
export type { ShardEvent, ShardListener } from './shard-event.ts';
