import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Session } from './session.ts';

/** Many dispatches of one type, as fast as the clients take them. */
export interface BurstOptions {
  readonly applicationId: string;
  /** the guild that the events are about; its shard gets them */
  readonly guildId?: string | undefined;
  /** the shard that gets events without a guild; default 0 */
  readonly shardId?: number | undefined;
  readonly count: number;
  readonly type: string;
  /** `d` of the i-th dispatch, from 0 */
  readonly data: (index: number) => unknown;
  /** dispatches a second at most; default: no limit */
  readonly ratePerSecond?: number | undefined;
  /** how long the burst may take at most; default 60,000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Dispatches between two looks at the clients. */
const chunkSize = 256;

/**
 * Runs a burst: `append` makes the i-th dispatch; between chunks a connected session with more than half of its replay
 * buffer outstanding is waited for, so that no client is made to lose events. Resolves when everything is handed to
 * the sockets; silent connections are not waited for. Throws when time is up or `signal` aborts; what was dispatched
 * until then stays dispatched.
 */
export async function runBurst(
  options: BurstOptions,
  target: {
    readonly append: (index: number) => void;
    readonly sessions: () => Iterable<Session>;
    readonly maximumBacklog: number;
  },
): Promise<void> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 60_000);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  const startMs = performance.now();
  for (let index = 0; index < options.count;) {
    const end = Math.min(index + chunkSize, options.count, allowed(options, startMs));
    for (; index < end; index += 1) target.append(index);
    await waitForClients(target.sessions(), { maximumBacklog: target.maximumBacklog, signal });
    if (index < allowed(options, startMs)) await setImmediate();
    else await setTimeout(1, undefined, { signal });
  }
  await waitForClients(target.sessions(), { maximumBacklog: 0, signal });
}

/** How many dispatches the rate allows by now. */
function allowed({ ratePerSecond = Infinity }: BurstOptions, startMs: number): number {
  if (ratePerSecond === Infinity) return Infinity;
  return Math.ceil(((performance.now() - startMs) / 1000) * ratePerSecond);
}

async function waitForClients(
  sessions: Iterable<Session>,
  { maximumBacklog, signal }: { maximumBacklog: number; signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  for (const session of sessions) {
    if (session.backlog > maximumBacklog) await session.caughtUp(signal);
  }
}
