export { startSimulator } from './simulator.ts';
export type { Simulator, SimulatorOptions } from './simulator.ts';
export type { Community, CommunityOptions, CommunityStatistics } from './community/community.ts';
export type { BurstOptions } from './gateway/burst.ts';
export type { GatewayOptions } from './gateway/options.ts';
export type { GatewayServer } from './gateway/server.ts';
export type { SessionSnapshot } from './gateway/session.ts';
export type { SessionSelector } from './gateway/session-registry.ts';
export type { GatewayStatistics } from './gateway/statistics.ts';
export { InteractionFailedError, type InteractionHandle } from './interactions/handle.ts';
export type { RecordedCallback } from './interactions/interaction.ts';
export type { InteractionOptions } from './interactions/interactions.ts';
export { InteractionRefusedError } from './interactions/refusal.ts';
export type { View } from './interactions/view.ts';
export type {
  DispatchObserver,
  RecordedDispatch,
  RecordedFrame,
  RecordedRequest,
  RecordedViolation,
} from './recording.ts';
export type { FaultHandle, FaultOptions } from './rest/faults.ts';
export type { LimitOptions } from './rest/rate-limits/options.ts';
export { RateLimiter } from './rest/rate-limits/rate-limiter.ts';
export type { RestStatisticsSnapshot } from './rest/rest-api.ts';
export type { BotOptions } from './world/bot.ts';
export type { Member } from './world/guild.ts';
export type { Component } from './world/component.ts';
export type { Message } from './world/message.ts';
export { UnknownEntityError } from './world/unknown-entity.ts';
