import { TcpProxy, testServices, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

describe.concurrent('an event', () => {
  it('that is there twice has its effect once, over several workers', { tags: ['fault-16'] }, async ({ task }) => {
    await using trial = await Trial.prepare();
    await Promise.all([trial.startReady(), trial.startReady()]);
    const ids = await trial.publishMany(30, 'innocent');
    // While the first is at it, and after it is done.
    await Promise.all(ids.map((id) => trial.publish('member.join', 'innocent', { id })));
    await waitFor(() => trial.effects().length === ids.length, { what: 'all effects' });
    await Promise.all(ids.map((id) => trial.publish('member.join', 'innocent', { id })));
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
  });

  it(
    'whose ingestor is killed between publish and confirm is published again, and has its effect once',
    { tags: ['fault-2'] },
    async ({ task }) => {
      const { rabbitmqUrl } = await testServices();
      await using proxy = await TcpProxy.before(rabbitmqUrl);
      await using trial = await Trial.prepare();
      const { discord, broker } = trial;
      const killed = trial.startIngestor({ RABBITMQ_URL: proxy.rewrite(rabbitmqUrl) });
      await killed.ready();
      await waitFor(async () => (await killed.metric('bot_gateway_unconfirmed')) === 0, { what: 'all confirms' });
      proxy.pause('answers');
      const [guildId = ''] = discord.world.guilds;
      for (let joined = 0; joined < 50; joined += 1) discord.world.addMember(guildId);
      await waitFor(async () => (await trial.ready(broker.names.guildEvents)) >= 50, { what: 'all to be published' });
      await killed.end('SIGKILL');
      proxy.cut();
      trial.faultEnds();
      await trial.startIngestor().ready();
      // All of them stand in the queue twice by now.
      await waitFor(async () => (await trial.ready(broker.names.guildEvents)) >= 100, { what: 'the repetition' });
      trial.start();
      const report = await trial.settle(task);
      expect(report.faults).toEqual([]);
      expect(trial.effects()).toHaveLength(50);
      expect(discord.gateway.identifies).toBe(1);
    },
  );

  it(
    'that two ingestors hold at a time, since one is cut off from Redis, has its effect once',
    { tags: ['fault-16'] },
    async ({ task }) => {
      const { redisUrl } = await testServices();
      await using proxy = await TcpProxy.before(redisUrl);
      await using trial = await Trial.prepare();
      const { discord } = trial;
      const cutOff = trial.startIngestor({ REDIS_URL: proxy.rewrite(redisUrl) });
      await cutOff.ready();
      await trial.startReady();
      const [guildId = ''] = discord.world.guilds;
      const joining = setInterval(() => discord.world.addMember(guildId), 20);
      try {
        proxy.refuse(true);
        proxy.cut();
        // Its lease ends, it does not learn of it, and Discord gives the session to whoever resumed last.
        const successor = trial.startIngestor();
        await successor.logged(/shard 0 resumed/);
        const { resumes } = discord.gateway.statistics;
        await waitFor(() => discord.gateway.statistics.resumes > resumes, {
          what: 'both to resume',
          timeoutMs: 30_000,
        });
        proxy.refuse(false);
        trial.faultEnds();
        await cutOff.logged(/is another's by now|lease/);
      } finally {
        clearInterval(joining);
      }
      const report = await trial.settle(task);
      expect(report.faults).toEqual([]);
    },
  );
});
