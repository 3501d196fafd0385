import { GatewayCloseCodes as Code } from 'discord-api-types/v10';
import type { Identify } from './client-payloads.ts';
import type { GatewayBot } from './directory.ts';
import { allIntents, privilegedIntents } from './intents.ts';
import { shardOf } from './sharding.ts';

/** The session that an IDENTIFY asks for, or the close code that refuses it. */
export type IdentifyVerdict =
  | {
      readonly ok: true;
      readonly intents: number;
      readonly shard: readonly [number, number];
      readonly guildIds: readonly string[];
    }
  | { readonly ok: false; readonly closeCode: number };

/** Judges the content of an IDENTIFY whose token is right (docs: Gateway Close Event Codes 4010, 4011, 4013, 4014). */
export function judgeIdentify(identify: Identify, bot: GatewayBot, maxGuildsPerShard: number): IdentifyVerdict {
  const { intents } = identify;
  if (typeof intents !== 'number' || !Number.isInteger(intents) || intents < 0) {
    return { ok: false, closeCode: Code.InvalidIntents };
  }
  if (intents > allIntents || (intents & ~allIntents) !== 0) {
    return { ok: false, closeCode: Code.InvalidIntents };
  }
  if ((intents & privilegedIntents & ~bot.privilegedIntents) !== 0) {
    return { ok: false, closeCode: Code.DisallowedIntents };
  }
  const shard = identify.shard ?? [0, 1];
  const [shardId, shardCount] = shard;
  if (shardId < 0 || shardId >= shardCount) return { ok: false, closeCode: Code.InvalidShard };
  const guildIds = bot.guildIds().filter((guildId) => shardOf(guildId, shardCount) === shardId);
  if (guildIds.length > maxGuildsPerShard) return { ok: false, closeCode: Code.ShardingRequired };
  return { ok: true, intents, shard, guildIds };
}
