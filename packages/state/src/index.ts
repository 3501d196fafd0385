export type { Claim, ClaimOptions, ClaimResult, Claims } from './claims.ts';
export type { GatewaySessions, ShardKey, StoredGatewaySession } from './gateway-sessions.ts';
export type { GuildPresence, GuildRecord, GuildRecords, MemberChange, MemberEvent } from './guild-records.ts';
export { StateUnavailableError, type StateOptions } from './redis.ts';
export { serviceState, type StateSettings } from './service-state.ts';
export type { SlidingWindows, WindowRequest } from './sliding-windows.ts';
export { StateManager } from './state-manager.ts';
