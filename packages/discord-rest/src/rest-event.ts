import type { RateLimited } from './classify.ts';
import type { Method } from './route.ts';

interface AboutRequest {
  readonly method: Method;
  /** Template of the route: safe as a metric label. */
  readonly route: string;
}

/** What happens on the way to Discord; for logs and metrics. */
export type RestEvent =
  /** An attempt got an answer, whatever it says. */
  | (AboutRequest & { readonly type: 'answered'; readonly status: number; readonly tookMs: number })
  /** An attempt got none; `code` is the system's or the HTTP client's. */
  | (AboutRequest & { readonly type: 'unanswered'; readonly code: string; readonly tookMs: number })
  /** A 429. */
  | (AboutRequest & RateLimited & { readonly type: 'rate-limited' });

export type RestListener = (event: RestEvent) => void;
