/** The shard that a guild's events go to (docs: Gateway, Sharding Formula). */
export function shardOf(guildId: string, shardCount: number): number {
  return Number(BigInt(guildId) >> 22n) % shardCount;
}
