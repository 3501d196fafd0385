import { createHash } from 'node:crypto';
import { SeededRandom } from '../../world/random.ts';
import { snowflakeTime } from '../../world/snowflake.ts';
import { defaultBuckets, limitOptionsSchema, otherBucket, unlimitedRoutes } from './options.ts';
import type { BucketRule, LimitCondition, LimitOptions, Quota, ResolvedLimits } from './options.ts';
import { FixedWindow, SlidingWindow } from './window.ts';
import type { RateWindow, Share } from './window.ts';

/** A request as far as limits depend on it. */
export interface LimitedRequest {
  method: string;
  template: string;
  params: Readonly<Record<string, string>>;
  body: unknown;
  /** the bot, or the address of an unauthenticated client */
  identity: string;
}

export type LimitScope = 'user' | 'shared' | 'global';

export interface Rejection {
  scope: LimitScope;
  retryAfterMs: number;
}

export interface Verdict {
  /** the X-RateLimit headers of the answer; Retry-After with them when it is a rejection */
  headers: Record<string, string>;
  rejection?: Rejection;
}

/** windows kept; idle ones beyond that are forgotten, and begin anew */
const capacity = 50_000;

/**
 * Discord's rate limits: a global one for each bot, and buckets, one for each rule and major parameter (docs: Rate Limits).
 * Interaction endpoints have buckets but no part in the global limit.
 */
export class RateLimiter {
  readonly #now: () => number;
  readonly #random: SeededRandom;
  readonly #windows = new Map<string, RateWindow>();
  /** When others use up a shared limit for the next time. */
  readonly #usedUpAtMs = new Map<string, number>();
  #usedUpByOthers = 0;
  #limits: ResolvedLimits = limitOptionsSchema.parse({});

  constructor(seed: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#random = new SeededRandom(seed);
  }

  /** From now on these limits hold, with nothing used up. Throws a ZodError. */
  setLimits(options: LimitOptions): void {
    this.#limits = limitOptionsSchema.parse(options);
    this.#windows.clear();
    this.#usedUpAtMs.clear();
  }

  get limits(): ResolvedLimits {
    return this.#limits;
  }

  /** How often others have used up a shared limit, since the start. */
  get usedUpByOthers(): number {
    return this.#usedUpByOthers;
  }

  take(request: LimitedRequest): Verdict {
    if (!this.#limits.enabled) return { headers: {} };
    const global = isInteractionEndpoint(request.template) ? undefined : this.#takeGlobal(request.identity);
    if (global?.granted === false) {
      const retryAfterMs = global.retryAfterMs;
      return rejected({ 'X-RateLimit-Global': 'true' }, { scope: 'global', retryAfterMs });
    }
    if (unlimitedRoutes.includes(`${request.method} ${request.template}`)) return { headers: {} };
    return this.#takeBucket(request);
  }

  #takeGlobal(identity: string): Share {
    return this.#take(`global/${identity}`, this.#limits.global);
  }

  #takeBucket(request: LimitedRequest): Verdict {
    const rule = this.#ruleOf(request);
    const hash = bucketHash(rule.routes.join(), JSON.stringify(rule.when ?? null));
    const major = majorParameters(request.params);
    const own = this.#take(`${hash}/${major}/${request.identity}`, rule);
    const headers = bucketHeaders(this.#nameOf(hash, rule), own);
    if (!own.granted) return rejected(headers, { scope: 'user', retryAfterMs: own.retryAfterMs });
    const shared = rule.shared && this.#takeShared(`${hash}/${major}/shared`, rule.shared);
    if (shared?.granted === false) {
      return rejected(headers, { scope: 'shared', retryAfterMs: shared.retryAfterMs });
    }
    if (rule.subLimit === undefined || !holds(rule.subLimit.when, request)) return { headers };
    const subHash = bucketHash(rule.routes.join(), 'sub-limit');
    const sub = this.#take(`${subHash}/${major}/${request.identity}`, rule.subLimit);
    if (sub.granted) return { headers };
    return rejected(bucketHeaders(subHash, sub), { scope: 'user', retryAfterMs: sub.retryAfterMs });
  }

  /** Others use it up at random moments, which count from the first request on. */
  #takeShared(key: string, quota: NonNullable<BucketRule['shared']>): Share {
    const { usedUpEveryMs } = quota;
    if (usedUpEveryMs !== undefined) {
      const nowMs = this.#now();
      const dueMs = this.#usedUpAtMs.get(key);
      if (dueMs === undefined || nowMs >= dueMs) {
        this.#usedUpAtMs.set(key, nowMs + 2 * this.#random.next() * usedUpEveryMs);
      }
      if (dueMs !== undefined && nowMs >= dueMs) {
        this.#usedUpByOthers += 1;
        while (this.#take(key, quota).granted);
      }
    }
    return this.#take(key, quota);
  }

  #nameOf(hash: string, { hashChangesEveryMs }: BucketRule): string {
    if (hashChangesEveryMs === undefined) return hash;
    return bucketHash(hash, String(Math.floor(this.#now() / hashChangesEveryMs)));
  }

  #ruleOf(request: LimitedRequest): BucketRule {
    const rule = [...this.#limits.buckets, ...defaultBuckets].find(
      (candidate) => coversRoute(candidate, request) && holds(candidate.when, request),
    );
    return rule ?? { ...otherBucket, routes: [`${request.method} ${request.template}`] };
  }

  #take(key: string, quota: Omit<Quota, 'routes'>): Share {
    const window = this.#windows.get(key) ?? this.#newWindow(quota);
    // Taken out and put back, a window moves to the young end of the map.
    this.#windows.delete(key);
    this.#windows.set(key, window);
    if (this.#windows.size > capacity) {
      const oldest = this.#windows.keys().next();
      if (!oldest.done) this.#windows.delete(oldest.value);
    }
    return window.take(this.#now());
  }

  #newWindow({ limit, windowMs, window }: Omit<Quota, 'routes'>): RateWindow {
    if (window === 'sliding') return new SlidingWindow(limit, windowMs);
    return new FixedWindow(limit, windowMs, this.#now() - this.#random.next() * windowMs);
  }
}

/** docs: Receiving and Responding, Endpoints */
export function isInteractionEndpoint(template: string): boolean {
  return template.includes('{interaction.token}');
}

function coversRoute(rule: BucketRule, request: LimitedRequest): boolean {
  return [`${request.method} ${request.template}`, `* ${request.template}`].some((route) =>
    rule.routes.includes(route),
  );
}

function holds(condition: LimitCondition | undefined, request: LimitedRequest): boolean {
  const { bodyHas, messageYoungerThanMs, messageOlderThanMs } = condition ?? {};
  if (bodyHas !== undefined && !(isObject(request.body) && bodyHas in request.body)) return false;
  const messageId = request.params['message.id'];
  const ageMs = messageId === undefined ? undefined : Date.now() - snowflakeTime(messageId);
  if (messageYoungerThanMs !== undefined && !(ageMs !== undefined && ageMs < messageYoungerThanMs)) return false;
  return messageOlderThanMs === undefined || (ageMs !== undefined && ageMs > messageOlderThanMs);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Top-level resources count apart from each other (docs: Rate Limits). */
function majorParameters(params: Readonly<Record<string, string>>): string {
  const majors = ['channel.id', 'guild.id', 'interaction.token'];
  return majors.map((name) => params[name] ?? '').join(':');
}

function bucketHash(...parts: readonly string[]): string {
  return createHash('md5').update(parts.join('\n')).digest('hex');
}

function bucketHeaders(hash: string, share: Share): Record<string, string> {
  return {
    'X-RateLimit-Bucket': hash,
    'X-RateLimit-Limit': String(share.limit),
    'X-RateLimit-Remaining': String(share.remaining),
    'X-RateLimit-Reset': ((Date.now() + share.resetAfterMs) / 1000).toFixed(3),
    'X-RateLimit-Reset-After': seconds(share.resetAfterMs),
  };
}

function rejected(headers: Record<string, string>, rejection: Rejection): Verdict {
  return {
    rejection,
    headers: {
      ...headers,
      'X-RateLimit-Scope': rejection.scope,
      'Retry-After': String(Math.ceil(rejection.retryAfterMs / 1000)),
    },
  };
}

/** Rounded up to the millisecond: who waits exactly that long is not a moment early. */
function seconds(milliseconds: number): string {
  return (Math.ceil(milliseconds) / 1000).toFixed(3);
}
