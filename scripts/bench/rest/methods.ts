import type { FaultOptions, LimitOptions } from '@arrakis/simulator';
import { z } from 'zod';

/** What the process of the simulated Discord is asked and what it answers, as both sides read it. */
export const startInput = z.object({ guilds: z.number() });
export const startResult = z.object({
  apiUrl: z.string(),
  applicationId: z.string(),
  token: z.string(),
  /** A member of each guild, as `<guild id>/<user id>`. */
  members: z.array(z.string()),
  /** A channel of each guild in which the bot may write. */
  channelIds: z.array(z.string()),
});

/** The simulator itself checks what they hold. */
export const limitsInput = z.custom<LimitOptions>((value) => typeof value === 'object');
export const faultsInput = z.array(z.custom<FaultOptions>((value) => typeof value === 'object'));

export const interactionsInput = z.object({ count: z.number() });
export const interactionsResult = z.array(z.object({ id: z.string(), token: z.string() }));

export const statisticsResult = z.object({
  requests: z.number(),
  statuses: z.record(z.string(), z.number()),
  rateLimited: z.object({ user: z.number(), shared: z.number(), global: z.number() }),
  usedUpByOthers: z.number(),
});

/** What a worker is asked to send. */
export const loadInput = z.object({
  kind: z.enum(['member', 'message']),
  /** Members or channels, one after the other. */
  targets: z.array(z.string()),
  ms: z.number(),
  inFlight: z.number(),
  /** Requests a second; without it, the next follows the last. */
  rate: z.number().optional(),
});
export const loadResult = z.object({
  answered: z.number(),
  failed: z.number(),
  /** From asking for a request until its answer, in ms. */
  p50: z.number(),
  p99: z.number(),
  /** How long each request was held back, in ms; of clients that tell. */
  waitedMs: z.array(z.number()).optional(),
});

export const callbacksResult = z.object({ tookMs: z.array(z.number()), failed: z.number() });

export type Started = z.output<typeof startResult>;
export type Statistics = z.output<typeof statisticsResult>;
export type Load = z.input<typeof loadInput>;
export type LoadResult = z.output<typeof loadResult>;
export type CallbacksResult = z.output<typeof callbacksResult>;
