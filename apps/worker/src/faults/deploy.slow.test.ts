import { setTimeout as delay } from 'node:timers/promises';
import type { InteractionHandle } from '@arrakis/simulator';
import { expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

/** Everything is replaced so often. */
const deploys = 3;

it(
  'a rolling deploy of workers and ingestor under load loses nothing, does nothing twice, and leaves nobody unanswered',
  { timeout: 120_000, tags: ['fault-20'] },
  async ({ task }) => {
    await using trial = await Trial.prepare({ settings: { WORKER_SYNC_COMMANDS: 'true' } });
    const { discord } = trial;
    let [one, other] = await Promise.all([trial.startReady(), trial.startReady()]);
    let ingestor = trial.startIngestor();
    await ingestor.ready();
    const [guildId = ''] = discord.world.guilds;
    const userId = discord.world.guild(guildId).members.find(({ user }) => user.bot !== true)?.user.id ?? '';
    const asked: InteractionHandle[] = [];
    let joined = 0;
    const load = setInterval(() => {
      for (let count = 0; count < 10; count += 1) discord.world.addMember(guildId);
      joined += 10;
      asked.push(discord.interactions.slash({ guildId, userId, name: 'ping' }));
    }, 50);
    try {
      for (let deploy = 0; deploy < deploys; deploy += 1) {
        for (const replace of [
          async () => {
            const next = await trial.startReady();
            expect(await one.end('SIGTERM')).toBe(0);
            one = next;
          },
          async () => {
            const next = await trial.startReady();
            expect(await other.end('SIGTERM')).toBe(0);
            other = next;
          },
          async () => {
            const next = trial.startIngestor();
            await next.logged(/starting/);
            expect(await ingestor.end('SIGTERM')).toBe(0);
            await next.ready();
            ingestor = next;
          },
        ]) {
          await replace();
          await delay(200);
        }
      }
    } finally {
      clearInterval(load);
    }
    trial.faultEnds();
    const answers = await Promise.all(asked.map((each) => each.settled()));
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(trial.deadLetters).toEqual([]);
    expect(trial.effects()).toHaveLength(joined);
    expect(answers.map(({ messages }) => messages.map(({ content }) => content).join())).toEqual(
      asked.map(() => 'Pong!'),
    );
    expect(discord.gateway.identifies).toBe(1);
  },
);
