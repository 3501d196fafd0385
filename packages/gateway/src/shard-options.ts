import type { Compression } from './decompressor.ts';
import type { DispatchSink } from './dispatch.ts';
import type { IdentifyGate } from './identify-gate.ts';
import type { StoredSession } from './session.ts';
import type { ShardListener } from './shard-event.ts';
import type { SilenceLimits } from './silence-watchdog.ts';

/** What a shard is made with. */
export interface ShardOptions {
  readonly id: number;
  readonly count: number;
  readonly token: string;
  readonly intents: number;
  /** Where a new session is opened: `url` of GET /gateway/bot. */
  readonly gatewayUrl: string;
  /** A session to resume. */
  readonly session?: StoredSession;
  readonly identifyGate: IdentifyGate;
  readonly sink: DispatchSink;
  readonly onEvent: ShardListener;
  /**
   * From which sequence a successor could resume a session, undefined when it could not at all: heartbeats acknowledge
   * no more than that, since whether Discord forgets what they acknowledge is nowhere documented. Default: the cursor.
   */
  readonly resumableFrom?: (sessionId: string) => number | undefined;
  /**
   * Whether another process may hold the shard by now. A session whose connection did not last is then left to that one
   * for a while; the first loss of a connection that did is mended at once. Default: never.
   */
  readonly mayBeHeldElsewhere?: () => boolean;
  /**
   * How Discord compresses what it sends; default `none`, which costs the least CPU and memory. `zlib-stream` and
   * `zstd-stream` take several times less bandwidth (docs/decisions/0005-compression.md).
   */
  readonly compression?: Compression;
  /** How long reading may be paused before the shard disconnects until it may read again, in ms; default 30,000. */
  readonly pauseLimitMs?: number;
  /** How silence on an acknowledged connection is judged; the defaults are for Discord's heartbeats. */
  readonly silence?: Partial<SilenceLimits>;
}
