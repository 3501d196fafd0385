import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import type { Simulator } from '@arrakis/simulator';
import { Frames, guildId } from './frames.ts';

/** A number of frames for one bot, in one go. */
export interface LoadOptions {
  readonly applicationId: string;
  /** Frames that are sent; fewer when it is stopped before. */
  readonly count: number;
  /** Frames a second; without it as fast as the client takes them. */
  readonly rate?: number | undefined;
  /** Whether GUILD_CREATEs are among the frames. */
  readonly guilds: boolean;
  /** Whether INTERACTION_CREATEs are among them: nobody at this Discord would know of their answers. */
  readonly interactions: boolean;
  readonly signal: AbortSignal;
}

export interface LoadResult {
  /** Frames dispatched: those with the numbers below it. */
  readonly dispatched: number;
  /** From the first frame until the last was handed to the socket. */
  readonly seconds: number;
}

/** Frames between two looks at the client when there is no rate. */
const chunk = 256;

/** Frames that may wait for the client: far fewer than the gateway keeps, so that the load makes nobody lose any. */
const maximumBacklog = 8_192;

/** Sends frames as fast as `rate` says, until all are handed to the socket or `signal` is aborted. */
export async function runLoad(discord: Simulator, options: LoadOptions): Promise<LoadResult> {
  const { applicationId, count, rate, guilds, interactions, signal } = options;
  const frames = new Frames({ guilds, interactions });
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  let dispatched = 0;
  while (dispatched < count && !signal.aborted) {
    const due = Math.min(count, rate === undefined ? dispatched + chunk : Math.ceil(seconds() * rate));
    for (; dispatched < due; dispatched += 1) {
      discord.gateway.dispatch({ applicationId, guildId, ...frames.frame(dispatched) });
    }
    if (rate === undefined) await untilBacklogBelow(discord, { applicationId, limit: maximumBacklog, signal });
    else await delay(1);
  }
  await untilBacklogBelow(discord, { applicationId, limit: 1, signal });
  return { dispatched, seconds: seconds() };
}

async function untilBacklogBelow(
  discord: Simulator,
  { applicationId, limit, signal }: { applicationId: string; limit: number; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    const waiting = discord.gateway
      .sessions({ applicationId })
      .reduce((sum, { sequence, deliveredSequence }) => sum + sequence - (deliveredSequence ?? 0), 0);
    if (waiting < limit || signal.aborted) return;
    await (limit > 1 ? setImmediate() : delay(2));
  }
}
