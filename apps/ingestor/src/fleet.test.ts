import type { GatewayOptions } from '@arrakis/simulator';
import { TcpProxy, testServices, waitFor, type AppProcess } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Scene } from './testing/scene.ts';

/** Guilds for every shard, and sessions that need not wait for each other. */
const sharded = (gateway: GatewayOptions) => ({ guilds: 16, gateway: { maxConcurrency: 32, ...gateway } });
const six = sharded({ recommendedShards: 6 });

async function startReady(scene: Scene, settings: NodeJS.ProcessEnv = {}): Promise<AppProcess> {
  const ingestor = scene.startIngestor(settings);
  await ingestor.ready();
  return ingestor;
}

/** The records of the connections that an ingestor has lost. */
const disconnects = ({ log }: AppProcess) => log.filter(({ msg }) => /^shard \d+ disconnected$/.test(msg));

describe('several ingestors', () => {
  it.concurrent('share the shards evenly; what one that is killed leaves is resumed by the others, and shared with a newcomer', async () => {
    await using scene = await Scene.start(six);
    const one = await startReady(scene);
    const flow = scene.flow(300);
    const [two, three] = await Promise.all([startReady(scene), startReady(scene)]);
    await scene.shared(new Map([one, two, three].map((each) => [each, 2])));

    await two.end('SIGKILL');
    const killedAt = performance.now();
    await scene.shared(new Map([one, three].map((each) => [each, 3])));
    expect(performance.now() - killedAt).toBeLessThan(10_000);

    const four = await startReady(scene);
    await scene.shared(new Map([one, three, four].map((each) => [each, 2])));
    expect(await three.end('SIGTERM')).toBe(0);
    await scene.shared(new Map([one, four].map((each) => [each, 3])));
    await flow.stop();

    const report = await scene.report(one, four);
    expect(report.faults, String(report)).toEqual([]);
    expect(report).toMatchObject({ sessions: 6, notices: [], disordered: [] });
    expect(scene.discord.gateway.identifies).toBe(6);
  }, 60_000);

  it.concurrent('repeat nothing while shards move from one to the other', async () => {
    await using scene = await Scene.start(six);
    const one = await startReady(scene);
    const flow = scene.flow(300);
    const two = await startReady(scene);
    await scene.shared(new Map([one, two].map((each) => [each, 3])));
    expect(await one.end('SIGTERM')).toBe(0);
    await scene.shared(new Map([[two, 6]]));
    await flow.stop();
    const report = await scene.report(two);
    expect(report.faults, String(report)).toEqual([]);
    expect(report).toMatchObject({ sessions: 6, repeats: 0, disordered: [] });
    expect(scene.discord.gateway.identifies).toBe(6);
  }, 60_000);

  it(
    'take over from one that hangs, which lets go when it wakes',
    { timeout: 60_000, tags: ['fault-16'] },
    async ({ task }) => {
      await using scene = await Scene.start(six);
      const [awake, hangs] = [await startReady(scene), await startReady(scene)];
      await scene.shared(new Map([awake, hangs].map((each) => [each, 3])));
      const flow = scene.flow(300);
      hangs.signal('SIGSTOP');
      const stoppedAt = performance.now();
      await scene.shared(new Map([[awake, 6]]));
      expect(performance.now() - stoppedAt).toBeLessThan(10_000);
      hangs.signal('SIGCONT');
      scene.faultEnds();
      await hangs.logged(/is another's by now/);
      await scene.shared(new Map([awake, hangs].map((each) => [each, 3])));
      await flow.stop();
      const report = await scene.report(awake, hangs);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report.sessions).toBe(6);
      expect(scene.discord.gateway.identifies).toBe(6);
    },
  );

  it.concurrent('leave pinned shards to whom they are pinned to, and share the rest', async () => {
    await using scene = await Scene.start(six);
    const [one, two] = [await startReady(scene), await startReady(scene)];
    const pinned = await startReady(scene, { SHARD_IDS: '0-2,5' });
    await scene.shared(
      new Map([
        [pinned, 4],
        [one, 1],
        [two, 1],
      ]),
    );
    const { text } = await pinned.get('/metrics');
    const ids = Array.from(text.matchAll(/^bot_shard_lag\{.*shard="(\d)"/gm), ([, id]) => id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids)).toEqual(new Set(['0', '1', '2', '5']));
    expect(scene.discord.gateway.identifies).toBe(6);
  }, 60_000);

  it.concurrent('do not run two shard counts at a time: whoever wants another one waits until the others have left', async () => {
    await using scene = await Scene.start(sharded({}));
    const two = await startReady(scene, { SHARD_COUNT: '2' });
    const four = scene.startIngestor({ SHARD_COUNT: '4' });
    await waitFor(
      async () => /SHARD_COUNT differs: others still keep 2 shards/.test((await four.get('/readyz')).text),
      {
        what: 'the reason',
      },
    );
    expect(scene.discord.gateway.identifies).toBe(2);
    const auto = await startReady(scene);
    await scene.shared(new Map([two, auto].map((each) => [each, 1])));
    await Promise.all([two.end('SIGTERM'), auto.end('SIGTERM')]);
    await four.ready();
    await scene.shared(new Map([[four, 4]]));
  }, 60_000);
});

describe.concurrent('an ingestor of several bots', () => {
  it.concurrent('keeps them apart, and goes on with the others when Discord refuses one', async () => {
    await using scene = await Scene.start({ bots: 2, ...sharded({ recommendedShards: 2 }) });
    const ingestor = await startReady(scene);
    await scene.shared(new Map([[ingestor, 4]]));
    scene.join(100);
    const report = await scene.report(ingestor);
    expect(report.faults, String(report)).toEqual([]);
    expect(report.sessions).toBe(4);

    const [refused, kept] = scene.discord.bots;
    scene.discord.gateway.disconnect({ applicationId: refused?.applicationId, code: 4004 });
    await ingestor.logged(/a bot is given up/);
    await scene.shared(new Map([[ingestor, 2]]));
    const { text } = await ingestor.get('/readyz');
    expect(text).toMatch(new RegExp(`"shards ${refused?.applicationId}":"Discord closed the gateway with 4004`));
    expect(text).not.toContain(`shards ${kept?.applicationId}`);
    expect(text).not.toContain(refused?.token);
    expect(ingestor.running).toBe(true);
  }, 60_000);
});

describe.concurrent('an ingestor whose Redis', () => {
  async function throughProxy(scene: Scene) {
    const { redisUrl } = await testServices();
    const target = new URL(redisUrl);
    const proxy = await TcpProxy.start(target.hostname, Number(target.port));
    return { proxy, settings: { REDIS_URL: proxy.rewrite(scene.services.redisUrl) } };
  }

  it.concurrent('is away at the start waits for it, says so, and connects no shard', async () => {
    await using scene = await Scene.start(six);
    const { proxy, settings } = await throughProxy(scene);
    await using _ = proxy;
    proxy.refuse(true);
    const ingestor = scene.startIngestor(settings);
    await waitFor(async () => /"shards":"Redis is not connected/.test((await ingestor.get('/readyz')).text), {
      what: 'the reason',
      timeoutMs: 20_000,
    });
    expect(scene.discord.gateway.statistics.connectionsOpened).toBe(0);
    proxy.refuse(false);
    await ingestor.ready();
    expect(scene.discord.gateway.identifies).toBe(6);
  }, 60_000);

  it.concurrent('goes away goes on publishing and resuming, but neither takes shards nor identifies until it is back', async () => {
    await using scene = await Scene.start(six);
    const { proxy, settings } = await throughProxy(scene);
    await using _ = proxy;
    const ingestor = await startReady(scene, settings);
    proxy.refuse(true);
    proxy.cut();
    await ingestor.logged(/leases cannot be renewed/);
    const flow = scene.flow(300);
    scene.discord.gateway.disconnect({ shardId: 0 });
    await ingestor.logged(/shard 0 resumed/);
    scene.discord.gateway.invalidateSession({ shardId: 1, resumable: false });
    await waitFor(
      async () => /whether shard 1 may identify cannot be told/.test((await ingestor.get('/readyz')).text),
      {
        what: 'the reason',
      },
    );
    expect(scene.discord.gateway.identifies).toBe(6);
    proxy.refuse(false);
    await scene.shared(new Map([[ingestor, 6]]));
    await flow.stop();
    const report = await scene.report(ingestor);
    expect(scene.discord.gateway.identifies).toBe(7);
    expect(report.faults, String(report)).toEqual([]);
    expect(report.notices).toHaveLength(1);
    expect(report.notices[0]).toMatchObject({ type: 'gateway.session.lost', body: { shard_id: 1 } });
  }, 60_000);

  it.concurrent('goes away has lost what another has taken meanwhile, and stops it when Redis says so', async () => {
    await using scene = await Scene.start(six);
    const { proxy, settings } = await throughProxy(scene);
    await using _ = proxy;
    const cutOff = await startReady(scene, settings);
    proxy.refuse(true);
    proxy.cut();
    await cutOff.logged(/leases cannot be renewed/);
    const flow = scene.flow(300);
    const other = await startReady(scene);
    // Whoever cannot know that it still holds a shard leaves it to the holder, after one attempt at the most.
    const left = () => disconnects(cutOff).filter(({ retryInMs }) => Number(retryInMs) >= 15_000);
    await waitFor(() => new Set(left().map(({ shard }) => shard)).size === 6, { what: 'the sessions to be left' });
    await scene.shared(new Map([[other, 6]]));
    expect(disconnects(cutOff).length - left().length).toBeLessThanOrEqual(6);
    expect(disconnects(other).length).toBeLessThanOrEqual(disconnects(cutOff).length - 6);
    proxy.refuse(false);
    await cutOff.logged(/is another's by now/);
    await scene.shared(new Map([other, cutOff].map((each) => [each, 3])));
    await flow.stop();
    const report = await scene.report(other, cutOff);
    expect(report.faults, String(report)).toEqual([]);
    expect(scene.discord.gateway.identifies).toBe(6);
  }, 60_000);
});

describe.concurrent('an ingestor that may start no more sessions today', () => {
  it.concurrent('leaves a reserve, says so, and goes on when Discord allows more', async () => {
    const sessionStartLimit = { total: 20, resetAfterMs: 12_000 };
    await using scene = await Scene.start(sharded({ recommendedShards: 20, sessionStartLimit }));
    const ingestor = scene.startIngestor();
    await ingestor.logged(/"level":"error".*may be started today are spent/);
    await waitFor(() => scene.discord.gateway.identifies === 19, { what: 'all sessions but the reserve' });
    expect((await ingestor.get('/readyz')).text).toMatch(/1 of 20 shards are not ready.*spent but for a reserve/);
    await ingestor.ready();
    expect(scene.discord.gateway.identifies).toBe(20);
  }, 60_000);
});
