import { GatewayIntentBits } from 'discord-api-types/gateway/v10';
import { z } from 'zod';
import {
  connectionSettings,
  discordCheck,
  discordSettings,
  integerSetting,
  loadSettings,
  serviceSettings,
  withDotEnv,
  wrongBecause,
} from '@arrakis/service';

/** The intents that the routed events need: guilds, members (privileged), bans and the audit log. */
const defaultIntents = GatewayIntentBits.Guilds | GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildModeration;

const intentNames = new Map<string, number>(
  Object.entries(GatewayIntentBits).flatMap(([name, bit]) =>
    typeof bit === 'number' ? [[name.toLowerCase(), bit]] : [],
  ),
);

/** Intents as a number, or as names with commas between; undefined when a name is unknown. */
function parseIntents(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  let intents = 0;
  for (const name of text.split(',')) {
    const bit = intentNames.get(name.trim().toLowerCase().replaceAll('_', ''));
    if (bit === undefined) return undefined;
    intents |= bit;
  }
  return intents;
}

/** Shard ids as numbers and ranges with commas between: `0-3,8`; undefined when it is something else. */
function parseShardIds(text: string): number[] | undefined {
  const ids = new Set<number>();
  for (const part of text.split(',')) {
    const range = /^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*$/.exec(part);
    if (range === null) return undefined;
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    if (last < first) return undefined;
    for (let id = first; id <= last; id += 1) ids.add(id);
  }
  return [...ids].toSorted((one, other) => one - other);
}

/** A setting read by `parse`, which gives undefined for what it does not understand. */
function parsed<Value>(parse: (text: string) => Value | undefined, expectation: string) {
  return z
    .string()
    .transform((text, context) => {
      const value = parse(text);
      if (value === undefined) context.addIssue(expectation);
      return value ?? z.NEVER;
    })
    .describe(expectation);
}

const schema = z
  .object({
    ...serviceSettings,
    ...discordSettings,
    ...connectionSettings,
    SHARD_COUNT: z
      .union([z.literal('auto'), z.coerce.number().int().min(1).max(100_000)])
      .default('auto')
      .describe('auto (what Discord recommends) or the number of shards of the whole bot; for example 4'),
    SHARD_IDS: parsed(
      parseShardIds,
      'the only shards of this process, numbers and ranges; without it, it shares them with the others; for example 0-3,8',
    ).optional(),
    DISCORD_INTENTS: parsed(
      parseIntents,
      'a number, or names with commas between; for example Guilds,GuildMembers,GuildModeration',
    ).default(defaultIntents),
    DISCORD_COMPRESSION: z
      .enum(['none', 'zlib-stream', 'zstd-stream'])
      .default('none')
      .describe('none, zlib-stream or zstd-stream'),
    INGESTOR_MAX_UNCONFIRMED: integerSetting({ min: 1, max: 1_000_000, defaultsTo: 5_000 }),
    INGESTOR_MAX_UNCONFIRMED_BYTES: integerSetting({ min: 1_024, max: 1_073_741_824, defaultsTo: 16_777_216 }),
  })
  .superRefine(...discordCheck)
  .superRefine(({ SHARD_COUNT: count, SHARD_IDS: ids = [] }, context) => {
    const last = ids.at(-1) ?? 0;
    if (count === 'auto' || last < count) return;
    const text = `it names ${last}, but with ${count} shards the last one is ${count - 1}`;
    context.addIssue({ ...wrongBecause(text), path: ['SHARD_IDS'] });
  });

/** The settings of the ingestor. */
export type IngestorSettings = z.output<typeof schema>;

/**
 * Reads the settings from the environment; in development `.env` completes it.
 * @throws {SettingsError} naming all that is wrong.
 */
export function loadIngestorSettings(
  environment: NodeJS.ProcessEnv = withDotEnv(process.env),
): Readonly<IngestorSettings> {
  return loadSettings(schema, environment);
}
