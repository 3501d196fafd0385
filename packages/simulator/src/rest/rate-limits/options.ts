import { z } from 'zod';

const limit = z.int().positive();
const milliseconds = z.number().positive();
const windowKind = z.enum(['fixed', 'sliding']);

const condition = z
  .strictObject({
    /** the JSON body has this field */
    bodyHas: z.string(),
    /** the message of the path was made less than so long ago */
    messageYoungerThanMs: milliseconds,
    /** the message of the path was made longer ago than this */
    messageOlderThanMs: milliseconds,
  })
  .partial();

const quota = z.strictObject({ limit, windowMs: milliseconds, window: windowKind.default('sliding') });

const bucketRule = quota.extend({
  /** routes that share this bucket: `POST /channels/{channel.id}/messages`; a `*` for the method stands for any */
  routes: z.array(z.string()).min(1),
  /** the rule only applies when all of this holds */
  when: condition.optional(),
  /** a further limit that the headers of granted requests do not show; its 429 names another bucket */
  subLimit: quota.extend({ when: condition.optional() }).optional(),
  /** how often the bucket gets another name in the headers; what is used up stays */
  hashChangesEveryMs: milliseconds.optional(),
  /** a limit of the resource, over all bots; its 429 has the scope `shared` */
  shared: quota
    .extend({
      /** how often, on average, others use up what is left of it */
      usedUpEveryMs: milliseconds.optional(),
    })
    .optional(),
});

export const limitOptionsSchema = z.strictObject({
  /** false: no limit of any kind */
  enabled: z.boolean().default(true),
  /** per bot, not for interaction endpoints (docs: Rate Limits, Global Rate Limit) */
  global: z
    .strictObject({
      limit: limit.default(50),
      windowMs: milliseconds.default(1000),
      window: windowKind.default('fixed'),
    })
    .prefault({}),
  /** come before the default rules; the first that fits a request counts */
  buckets: z.array(bucketRule).default([]),
  /** per address (docs: Rate Limits, Invalid Request Limit) */
  invalidRequests: z
    .strictObject({
      limit: limit.default(10_000),
      windowMs: milliseconds.default(600_000),
      banMs: milliseconds.default(3_600_000),
    })
    .prefault({}),
});

/** Rate limits; whatever is left out is as Discord has it. */
export type LimitOptions = z.input<typeof limitOptionsSchema>;
export type ResolvedLimits = z.output<typeof limitOptionsSchema>;
export type BucketRule = z.output<typeof bucketRule>;
export type Quota = z.output<typeof quota>;
export type LimitCondition = z.output<typeof condition>;

const second = 1000;
const day = 24 * 60 * 60 * second;
const webhook = '/webhooks/{application.id}/{interaction.token}';

/**
 * Limits as observed at Discord, which documents none. Windows slide except where fixed ones have been reported. Callbacks have
 * no bucket: each is for an interaction of its own.
 */
export const defaultBuckets: readonly BucketRule[] = [
  { routes: ['POST /channels/{channel.id}/messages'], limit: 5, windowMs: 5 * second, window: 'sliding' },
  { routes: ['PATCH /channels/{channel.id}/messages/{message.id}'], limit: 5, windowMs: 5 * second, window: 'sliding' },
  {
    routes: ['DELETE /channels/{channel.id}/messages/{message.id}'],
    when: { messageYoungerThanMs: 10 * second },
    limit: 3,
    windowMs: second,
    window: 'sliding',
  },
  {
    routes: ['DELETE /channels/{channel.id}/messages/{message.id}'],
    when: { messageOlderThanMs: 14 * day },
    limit: 30,
    windowMs: 120 * second,
    window: 'sliding',
  },
  { routes: ['DELETE /channels/{channel.id}/messages/{message.id}'], limit: 5, windowMs: second, window: 'sliding' },
  {
    routes: [
      'PUT /guilds/{guild.id}/members/{user.id}/roles/{role.id}',
      'DELETE /guilds/{guild.id}/members/{user.id}/roles/{role.id}',
    ],
    limit: 10,
    windowMs: 10 * second,
    window: 'fixed',
  },
  {
    routes: [`POST ${webhook}`, `* ${webhook}/messages/@original`, `* ${webhook}/messages/{message.id}`],
    limit: 5,
    windowMs: 2 * second,
    window: 'sliding',
  },
  { routes: ['POST /users/@me/channels'], limit: 10, windowMs: 10 * second, window: 'sliding' },
  { routes: ['GET /gateway/bot'], limit: 2, windowMs: 5 * second, window: 'sliding' },
  {
    routes: [
      'PUT /applications/{application.id}/commands',
      'PUT /applications/{application.id}/guilds/{guild.id}/commands',
    ],
    limit: 5,
    windowMs: 20 * second,
    window: 'sliding',
  },
];

/** For routes without a rule of their own. */
export const otherBucket: Quota = { limit: 30, windowMs: 30 * second, window: 'sliding' };

export const unlimitedRoutes: readonly string[] = ['POST /interactions/{interaction.id}/{interaction.token}/callback'];
