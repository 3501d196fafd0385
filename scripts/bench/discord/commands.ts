import { setTimeout as delay } from 'node:timers/promises';
import { InteractionFailedError, type InteractionHandle, type Simulator } from '@arrakis/simulator';
import type { Answers, Use } from './methods.ts';

/** A member of the first guild uses a slash command again and again, evenly spread over the time. */
export async function useCommand(
  { world, interactions }: Simulator,
  { applicationId, command, count, rate }: Use,
): Promise<Answers> {
  const [guildId = ''] = world.guilds;
  const { ownerId: userId } = world.guild(guildId);
  const startedAt = performance.now();
  const answers: Promise<number | undefined>[] = [];
  while (answers.length < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - startedAt) / 1_000) * rate));
    while (answers.length < due) {
      answers.push(answeredMs(interactions.slash({ applicationId, guildId, userId, name: command })));
    }
    await delay(1);
  }
  const all = await Promise.all(answers);
  const times = all.filter((time) => time !== undefined);
  return { answeredMs: times, unanswered: all.length - times.length };
}

/** How long the callback took; undefined when it did not come in time. */
async function answeredMs(interaction: InteractionHandle): Promise<number | undefined> {
  try {
    return (await interaction.answered()).atMs;
  } catch (cause) {
    if (cause instanceof InteractionFailedError) return undefined;
    throw cause;
  }
}
