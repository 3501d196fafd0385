export type { Claim, ClaimOptions, ClaimResult, Claims } from './claims.ts';
export type { GatewaySessions, ShardKey, StoredGatewaySession } from './gateway-sessions.ts';
export { StateUnavailableError, type StateOptions } from './redis.ts';
export { StateManager } from './state-manager.ts';
