export type { Claim, ClaimOptions, ClaimRequest, ClaimResult, ClaimStore } from './claim-store.ts';
export type { FencedSession, GatewaySessions, ShardKey, StoredGatewaySession } from './gateway-sessions.ts';
export type { GuildPresence, GuildRecord, GuildRecords, MemberChange, MemberEvent } from './guild-records.ts';
export type { HandlerSessions, SessionWrite, StoredSession } from './handler-sessions.ts';
export type {
  IdentifySchedule,
  IdentifyScheduleOptions,
  IdentifyTurn,
  LeaseHolder,
  SessionStartLimit,
} from './identify-schedule.ts';
export { StateUnavailableError, type StateOptions } from './redis.ts';
export type { Scripts } from './scripts.ts';
export { serviceState, type StateSettings } from './service-state.ts';
export type { Balance, FleetMember, Membership, ShardLease, ShardLeaseOptions, ShardLeases } from './shard-leases.ts';
export type { SlidingWindows, WindowPlace, WindowRequest } from './sliding-windows.ts';
export { StateManager, type StateManagerOptions } from './state-manager.ts';
