import type { RateLimited } from './classify.ts';
import type { Connectivity } from './fleet/outage.ts';
import type { Lane } from './rate-limiter.ts';
import type { Method } from './route.ts';

interface AboutRequest {
  readonly method: Method;
  /** Template of the route: safe as a metric label. */
  readonly route: string;
}

/** What happens on the way to Discord; for logs and metrics. */
export type RestEvent =
  /**
   * An attempt may be sent, `waitedMs` later than without limits: what it carries is made meanwhile, which would take its time in
   * any case. Interactions have a lane of their own.
   */
  | (AboutRequest & { readonly type: 'admitted'; readonly lane: Lane | 'interaction'; readonly waitedMs: number })
  /** An attempt got an answer, whatever it says. */
  | (AboutRequest & { readonly type: 'answered'; readonly status: number; readonly tookMs: number })
  /** An attempt got none; `code` is the system's or the HTTP client's. */
  | (AboutRequest & { readonly type: 'unanswered'; readonly code: string; readonly tookMs: number })
  /** A 429. */
  | (AboutRequest & RateLimited & { readonly type: 'rate-limited' })
  /** How many places of the global limit are taken, and by how many processes they are shared. */
  | { readonly type: 'utilisation'; readonly used: number; readonly limit: number; readonly processes: number }
  /** Whether the fleet keeps the limits together; while it is `down` each process keeps a share by itself. */
  | { readonly type: 'limiter'; readonly state: Connectivity }
  /** How many requests of the last ten minutes count towards a ban of the address, over all processes behind it. */
  | { readonly type: 'invalid-requests'; readonly count: number; readonly limit: number }
  /** Discord's edge refuses this address; until then only first responses to interactions are tried. */
  | { readonly type: 'blocked'; readonly forMs: number }
  /** This machine's clock is surely so far ahead of Discord's, in ms; behind it when negative, 0 when it is right again. */
  | { readonly type: 'clock'; readonly aheadMs: number }
  /** Discord refuses the token: it is tried again, ever more rarely. */
  | { readonly type: 'token-refused' };

export type RestListener = (event: RestEvent) => void;
