/**
 * The states of a shard:
 * - `idle`: not started;
 * - `connecting`: waiting for the socket and Discord's hello;
 * - `identifying`: waiting for its turn to identify, and for READY;
 * - `resuming`: Discord replays; dispatches flow already;
 * - `ready`: connected, dispatches flow;
 * - `waiting`: disconnected, until the next attempt;
 * - `suspended`: disconnected for as long as reading is paused; the session can be resumed;
 * - `stopped`: ended by us, the session can be resumed;
 * - `failed`: Discord has refused the bot; a person must act.
 */
export type ShardState =
  | 'idle'
  | 'connecting'
  | 'identifying'
  | 'resuming'
  | 'ready'
  | 'waiting'
  | 'suspended'
  | 'stopped'
  | 'failed';

/** What can be told of a shard at a moment. Times are in ms since the epoch. */
export interface ShardStatus {
  readonly id: number;
  readonly state: ShardState;
  /** Since when it is in that state. */
  readonly since: number;
  /** Round trip of the last acknowledged heartbeat. */
  readonly latencyMs: number | undefined;
  /** When Discord last acknowledged a heartbeat on this connection. */
  readonly lastAckAt: number | undefined;
  readonly lastDispatchAt: number | undefined;
  /** Highest sequence received in this session. */
  readonly received: number | undefined;
  /** The cursor: highest sequence up to which everything is confirmed. */
  readonly confirmed: number | undefined;
  /** Dispatches received and not yet confirmed. */
  readonly lag: number;
  readonly identifies: number;
  /** Why it last identified. */
  readonly identifyReason: string | undefined;
  readonly resumes: number;
  /** Why it last resumed. */
  readonly resumeReason: string | undefined;
  readonly lastDisconnect: string | undefined;
  /** Why it is not to read; empty when it is. */
  readonly pauses: readonly string[];
  /** Commands that are not yet written. */
  readonly queuedCommands: number;
}
