import { startSimulator } from '@arrakis/simulator';
import { AppProcess, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';

/** A simulated Discord, and apps that start with the same settings. */
async function prepare(settings: NodeJS.ProcessEnv) {
  await using resources = new AsyncDisposableStack();
  const { rabbitmqUrl, redisUrl } = await testServices();
  const discord = resources.use(await startSimulator({ guilds: 1, gateway: { identifyWindowMs: 40 } }));
  const [bot] = discord.bots;
  const env = {
    DISCORD_TOKEN: bot?.token,
    DISCORD_API_URL: discord.apiUrl,
    RABBITMQ_URL: rabbitmqUrl,
    REDIS_URL: redisUrl,
    ARRAKIS_NAMESPACE: uniqueNamespace(),
    ...settings,
  };
  const owned = resources.move();
  const start = (main: string) => owned.use(new AppProcess(new URL(main, import.meta.url), env));
  const [guildId = ''] = discord.world.guilds;
  const dispatch = (type: string, data: object) =>
    discord.gateway.dispatch({
      applicationId: bot?.applicationId ?? '',
      guildId,
      type,
      data: { guild_id: guildId, ...data },
    });
  return {
    guildId,
    dispatch,
    startIngestor: () => start('../../ingestor/src/main.ts'),
    startWorker: () => start('testing/listening-worker.ts'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe.concurrent('events that ARRAKIS_EVENTS', { timeout: 60_000 }, () => {
  it('names come to their handlers, and others of their kind are not published', async () => {
    await using scene = await prepare({ ARRAKIS_EVENTS: 'message.create', DISCORD_INTENTS: 'Guilds,GuildMessages' });
    const [worker, ingestor] = [scene.startWorker(), scene.startIngestor()];
    await Promise.all([worker.ready(), ingestor.ready()]);
    const skipped = 'bot_gateway_skipped_total';
    const skippedBefore = await ingestor.metric(skipped);
    scene.dispatch('MESSAGE_UPDATE', { id: '7', author: { id: '100000000000000007' } });
    scene.dispatch('MESSAGE_CREATE', { id: '8', author: { id: '100000000000000007' } });
    const messages = () => worker.log.filter(({ msg }) => msg === 'a message');
    await waitFor(() => messages().length > 0, { what: 'the message' });
    const { guildId } = scene;
    expect(messages()).toMatchObject([{ guildId, userId: '100000000000000007', messageId: '8' }]);
    expect(await ingestor.metric(skipped)).toBe(skippedBefore + 1);
    expect(ingestor.lines.join('\n')).not.toContain('brings no event');
  });

  it('names in vain are told at the start of the ingestor', async () => {
    await using scene = await prepare({ ARRAKIS_EVENTS: 'message.create', DISCORD_INTENTS: 'Guilds' });
    const line = await scene.startIngestor().logged(/brings no event/);
    expect(line).toMatch(/"pattern":"message.create".*DISCORD_INTENTS has none of GuildMessages/);
  });

  it('does not name have no handler: a worker that has one says what to set, and ends', async () => {
    await using scene = await prepare({});
    const worker = scene.startWorker();
    expect(await worker.ended()).toBe(1);
    expect(worker.lines.join('\n')).toContain(
      'event message.create is received by no queue unless ARRAKIS_EVENTS names it',
    );
  });
});
