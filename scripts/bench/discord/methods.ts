import { z } from 'zod';

/** What the process of the simulated Discord is asked and what it answers, as both sides read it. */
export const startInput = z.object({
  bots: z.number(),
  /** Shards of each bot, all of which may identify at once. */
  shards: z.number(),
});
export const startResult = z.object({
  apiUrl: z.string(),
  bots: z.array(z.object({ applicationId: z.string(), token: z.string() })),
});

export const loadInput = z.object({
  applicationId: z.string(),
  count: z.number(),
  rate: z.number().optional(),
  guilds: z.boolean(),
});
export const loadResult = z.object({ dispatched: z.number(), seconds: z.number() });

export const lookInput = z.object({ applicationId: z.string() });
export const lookResult = z.object({
  /** Sessions with a connection that has been handed all there is. */
  caughtUp: z.number(),
  identifies: z.number(),
  resumes: z.number(),
  resumesRefused: z.number(),
  /** When a session was last resumed, in `Date.now()` milliseconds; 0 before. */
  resumedAt: z.number(),
});

export type Setting = z.output<typeof startInput>;
export type Bot = z.output<typeof startResult>['bots'][number];
export type Load = z.output<typeof loadInput>;
export type Look = z.output<typeof lookResult>;
