import type { GuildRecords, HandlerSessions, SlidingWindows } from '@arrakis/state';

/** What handlers share over the whole fleet. Every call may fail with a `StateUnavailableError`, which is retryable. */
export interface BotState {
  /** What goes on with somebody, over several interactions: see {@link session}. */
  readonly sessions: Pick<HandlerSessions, 'read' | 'write' | 'delete'>;
  /** At most so many in any window of so long; a cooldown is a limit of one. */
  readonly limits: Pick<SlidingWindows, 'take'>;
  /** What is known of each guild. */
  readonly guilds: Pick<GuildRecords, 'read' | 'count' | 'present' | 'remove'>;
}
