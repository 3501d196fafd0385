import { z } from 'zod';

const milliseconds = z.number().positive();
const count = z.int().positive();

/**
 * How the gateway behaves. Every default is Discord's own figure where Discord documents one (docs: Gateway),
 * so a test changes only what it has to shorten.
 */
export const gatewayOptionsSchema = z.strictObject({
  /** told to clients in HELLO */
  heartbeatIntervalMs: milliseconds.default(41_250),
  /** how much later than one interval a heartbeat may come before the connection is closed with 4009 */
  heartbeatGraceMs: milliseconds.default(20_000),
  /** IDENTIFYs allowed in one `identifyWindowMs`, one for each `shard_id % maxConcurrency` */
  maxConcurrency: count.default(1),
  identifyWindowMs: milliseconds.default(5000),
  /** IDENTIFYs allowed over all shards of one bot; one more ends all its sessions and resets its token */
  sessionStartLimit: z
    .strictObject({ total: count.default(1000), resetAfterMs: milliseconds.default(86_400_000) })
    .prefault({}),
  /** `shards` of GET /gateway/bot */
  recommendedShards: count.default(1),
  /** a session that would have more guilds is refused with 4011 */
  maxGuildsPerShard: count.default(2500),
  /** how long a session outlives its connection */
  resumeWindowMs: milliseconds.default(180_000),
  /** dispatches kept for each session; what a client has missed beyond them cannot be resumed */
  replayBufferSize: count.default(32_768),
  /** whether a heartbeat's sequence lets go of what it acknowledges, so that only a cursor never ahead of the client's state can be resumed */
  trimReplayOnHeartbeat: z.boolean().default(false),
  /** frames that a client may send on one connection; the next one is answered with 4008 */
  sendLimit: z.strictObject({ count: count.default(120), windowMs: milliseconds.default(60_000) }).prefault({}),
  /** one request for all members of a guild is allowed in this time (docs: Change Log, August 14, 2025) */
  memberRequestWindowMs: milliseconds.default(30_000),
  /** bytes waiting in a connection's socket above which it is fed from the replay buffer only once they are gone */
  socketBacklogBytes: count.default(1_048_576),
});

/** Settings of the simulated gateway; see `gatewayOptionsSchema` for units and defaults. */
export type GatewayOptions = z.input<typeof gatewayOptionsSchema>;
export type ResolvedGatewayOptions = z.output<typeof gatewayOptionsSchema>;
