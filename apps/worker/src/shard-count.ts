/** How long a shard count is believed without asking again, in ms: it changes when a fleet is started anew. */
const believedForMs = 5_000;

/**
 * How many shards a bot has, asked of `read` at most every few seconds. While it cannot be asked, what was known last
 * still counts: a command for a wrong shard is dropped, not misdirected.
 * @throws what `read` throws, while nothing is known.
 */
export function believedShardCount(read: () => Promise<number | undefined>): () => Promise<number | undefined> {
  let known: number | undefined;
  let askedAt = -Infinity;
  let asking: Promise<number | undefined> | undefined;
  const ask = async (): Promise<number | undefined> => {
    try {
      known = (await read()) ?? known;
    } catch (cause) {
      if (known === undefined) throw cause;
    }
    if (known !== undefined) askedAt = performance.now();
    return known;
  };
  return async () => {
    if (performance.now() - askedAt < believedForMs) return known;
    asking ??= ask().finally(() => (asking = undefined));
    return asking;
  };
}
