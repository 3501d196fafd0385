/** First ms of Discord's epoch. Source: Discord docs, Reference, "Snowflakes". */
const discordEpoch = 1_420_070_400_000;

/** Until when an interaction can be acknowledged, in ms after its creation. */
const acknowledgeWithinMs = 3_000;

/** Until when the token of an acknowledged interaction can be used, in ms after its creation. */
const answerWithinMs = 15 * 60_000;

/** When Discord created what has this id, in ms since the epoch. */
export function createdAt(snowflake: string): number {
  return Number(BigInt(snowflake) >> 22n) + discordEpoch;
}

/**
 * The last moment, in ms since the epoch, at which Discord accepts the first response to an interaction.
 * Source: Discord docs, Receiving and Responding, "Interaction Callback".
 */
export function acknowledgeBy(interactionId: string): number {
  return createdAt(interactionId) + acknowledgeWithinMs;
}

/** The last moment, in ms since the epoch, at which an acknowledged interaction can be edited and followed up. */
export function answerBy(interactionId: string): number {
  return createdAt(interactionId) + answerWithinMs;
}
