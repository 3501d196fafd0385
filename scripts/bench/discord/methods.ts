import { z } from 'zod';

/** What the process of the simulated Discord is asked and what it answers, as both sides read it. */
export const startInput = z.object({
  bots: z.number(),
  /** Shards of each bot, all of which may identify at once. */
  shards: z.number(),
  /** Guilds with a few members, as far as somebody has to use commands. */
  guilds: z.number(),
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
  interactions: z.boolean(),
});
export const loadResult = z.object({ dispatched: z.number(), seconds: z.number() });

export const useInput = z.object({
  applicationId: z.string(),
  /** The slash command that members use. */
  command: z.string(),
  count: z.number(),
  rate: z.number(),
});
export const useResult = z.object({
  /** From each dispatch until its callback had arrived, in ms. */
  answeredMs: z.array(z.number()),
  /** Interactions without a callback in time. */
  unanswered: z.number(),
});

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
export type Use = z.output<typeof useInput>;
export type Answers = z.output<typeof useResult>;
export type Look = z.output<typeof lookResult>;
