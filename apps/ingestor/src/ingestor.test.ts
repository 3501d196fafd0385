import { Broker, done } from '@arrakis/broker';
import { decodeEvent, type Event } from '@arrakis/protocol';
import { StateManager } from '@arrakis/state';
import { AppProcess, TcpProxy, testServices, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Scene } from './testing/scene.ts';

/** What it loses, and does not, while everything around it breaks: see `faults/`. */
describe('the ingestor', () => {
  it('publishes what the gateway sends, as Discord wrote it', async () => {
    await using scene = await Scene.start();
    const ingestor = scene.startIngestor();
    await ingestor.ready();
    scene.join(50);
    const report = await scene.report(ingestor);
    expect(report.faults, String(report)).toEqual([]);
    expect(report).toMatchObject({ repeats: 0, disordered: [], sessions: 1, notices: [] });
  });

  it('tells guilds that were there before from those it has joined', async () => {
    await using scene = await Scene.start();
    const { services, namespace } = scene;
    const broker = new Broker({ url: services.rabbitmqUrl, namespace, connectionName: 'test' });
    const events: Event[] = [];
    broker.consume({
      queue: broker.names.guildEvents,
      prefetch: 10,
      handle: async ({ body, properties }) => {
        events.push(decodeEvent({ body, properties }));
        return done;
      },
    });
    const ingestor = await scene.startReadyIngestor();
    const data = { id: String(BigInt(scene.guildId) + 1n), name: 'new' };
    const { applicationId, guildId } = scene;
    scene.discord.gateway.dispatch({ applicationId, guildId, type: 'GUILD_CREATE', data });
    await scene.settled(ingestor);
    await waitFor(() => events.length === 3, { what: 'three guilds' });
    await broker.close();
    expect(events.map(({ type }) => type)).toEqual(['guild.available', 'guild.available', 'guild.create']);
    expect(events[2]?.body.toString()).toBe(JSON.stringify(data));
  });

  it('stores its sessions at the end even if nothing has changed and Redis has lost them', async () => {
    await using scene = await Scene.start();
    const { namespace, applicationId, services } = scene;
    const first = await scene.startReadyIngestor();
    const state = new StateManager({ url: services.redisUrl, namespace, applicationId });
    const shard = { id: 0, count: 1 };
    const stored = await waitFor(() => state.sessions.load(shard), { what: 'the stored session' });
    await state.sessions.remove(shard, Number.MAX_SAFE_INTEGER);
    expect(await first.end('SIGTERM')).toBe(0);
    expect(await state.sessions.load(shard)).toMatchObject({ sessionId: stored.sessionId });
    state.close();
    await scene.startReadyIngestor();
    expect(scene.discord.gateway.identifies).toBe(1);
  });

  it('stops reading as well when events that nobody wants pile up behind one that waits for the broker', async () => {
    const { rabbitmqUrl } = await testServices();
    const target = new URL(rabbitmqUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const settings = { RABBITMQ_URL: proxy.rewrite(rabbitmqUrl), INGESTOR_MAX_UNCONFIRMED: '2' };
    await using scene = await Scene.start({ settings });
    const ingestor = await scene.startReadyIngestor();
    proxy.refuse(true);
    proxy.cut();
    scene.join(1);
    const { applicationId, guildId } = scene;
    const data = { id: '5', guild_id: guildId, type: 0, name: 'x'.repeat(4_000) };
    for (let sent = 0; sent < 2_000; sent += 1) {
      scene.discord.gateway.dispatch({ applicationId, guildId, type: 'CHANNEL_UPDATE', data });
    }
    await waitFor(async () => (await scene.lag(ingestor)) > 40, { what: 'a lag' });
    // Whatever was on its way when reading stopped: a socket's buffer, not two thousand.
    expect(await scene.lag(ingestor)).toBeLessThan(500);
    expect((await ingestor.get('/readyz')).text).toMatch(/broker.*connecting/);
    proxy.refuse(false);
    const report = await scene.report(ingestor);
    expect(report.faults, String(report)).toEqual([]);
    expect(scene.discord.gateway.identifies).toBe(1);
  });

  it('stops with what to do when Discord refuses its token', async () => {
    await using scene = await Scene.start();
    const token = `${Buffer.from('100000000000000001').toString('base64')}.abcdef.${'x'.repeat(27)}`;
    const ingestor = scene.startIngestor({ DISCORD_TOKENS: token });
    expect(await ingestor.ended()).toBe(1);
    expect(ingestor.lines.join('\n')).toMatch(/"level":"fatal".*token/i);
    expect(ingestor.lines.join('\n')).not.toContain('xxxxxxx');
  });

  it('says all that is wrong with its settings at once, and exits with 2', async () => {
    await using ingestor = new AppProcess(new URL('main.ts', import.meta.url), { SHARD_COUNT: '0' });
    expect(await ingestor.ended()).toBe(2);
    const said = ingestor.lines.join('\n');
    expect(said).toContain('4 settings are wrong');
    for (const name of ['DISCORD_TOKEN', 'RABBITMQ_URL', 'REDIS_URL', 'SHARD_COUNT']) expect(said).toContain(name);
  });
});
