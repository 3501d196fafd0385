import { PrivateRabbitmq, PrivateRedis, waitFor, type AppProcess } from '@arrakis/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetfulGateway, Scene, type SceneOptions } from '../testing/scene.ts';

const perSecond = 500;
const maxUnconfirmed = 500;

const own = new AsyncDisposableStack();
let rabbitmq: PrivateRabbitmq;
let redis: PrivateRedis;

beforeAll(async () => {
  [rabbitmq, redis] = await Promise.all([PrivateRabbitmq.start(), PrivateRedis.start()]);
  own.use(rabbitmq);
  own.use(redis);
});
afterAll(() => own.disposeAsync());

const sceneOf = (options: SceneOptions = {}) =>
  Scene.start({
    services: { rabbitmqUrl: rabbitmq.url, redisUrl: redis.url },
    settings: { INGESTOR_MAX_UNCONFIRMED: String(maxUnconfirmed) },
    gateway: forgetfulGateway,
    ...options,
  });

const unconfirmed = (ingestor: AppProcess) => ingestor.metric('bot_gateway_unconfirmed');
const residentMb = async (ingestor: AppProcess) => (await ingestor.metric('process_resident_memory_bytes')) / 2 ** 20;

describe('a broker that is', () => {
  it.for(['stopped', 'killed'] as const)(
    '%s and started again gets every event',
    { timeout: 60_000, tags: ['fault-5'] },
    async (how, { task }) => {
      await using scene = await sceneOf();
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      await waitFor(() => flow.count > perSecond / 2, { what: 'events on their way' });
      await rabbitmq.end(how);
      // Full, so the ingestor has stopped to read.
      await waitFor(async () => (await unconfirmed(ingestor)) >= maxUnconfirmed, { what: 'a full window' });
      expect((await ingestor.get('/readyz')).text).toMatch(/broker/);
      await rabbitmq.start();
      scene.faultEnds();
      await ingestor.ready();
      await flow.stop();
      const report = await scene.report(ingestor);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report.disordered).toEqual([]);
      expect(report.repeats).toBeLessThanOrEqual(maxUnconfirmed);
      expect(scene.discord.gateway.identifies).toBe(1);
    },
  );

  it(
    'blocked by its memory alarm costs neither memory nor the connection to Discord',
    { timeout: 60_000, tags: ['fault-8'] },
    async ({ task }) => {
      const heartbeatIntervalMs = 1_000;
      await using scene = await sceneOf({ gateway: { heartbeatIntervalMs } });
      const ingestor = await scene.startReadyIngestor();
      const before = await residentMb(ingestor);
      await rabbitmq.alarm(true);
      // About 60 MB, of which the sockets between hold some.
      scene.join(5_000, { padding: 12_000 });
      await waitFor(async () => /blocked/.test((await ingestor.get('/readyz')).text), {
        what: 'the alarm to be noticed',
      });
      const { heartbeats } = scene.discord.gateway.statistics;
      await waitFor(() => scene.discord.gateway.statistics.heartbeats >= heartbeats + 3, { what: 'three heartbeats' });
      expect(await unconfirmed(ingestor)).toBeLessThanOrEqual(maxUnconfirmed + 100);
      expect((await residentMb(ingestor)) - before).toBeLessThan(40);
      await rabbitmq.alarm(false);
      scene.faultEnds();
      const report = await scene.report(ingestor);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ repeats: 0, disordered: [] });
      const { connectionsOpened, identifies } = scene.discord.gateway.statistics;
      expect({ connectionsOpened, identifies }).toEqual({ connectionsOpened: 1, identifies: 1 });
    },
  );

  it(
    'full refuses what it cannot hold, and gets it all when it is emptied',
    { timeout: 60_000, tags: ['fault-3'] },
    async ({ task }) => {
      await using scene = await sceneOf();
      const ingestor = await scene.startReadyIngestor();
      await rabbitmq.limitQueues(scene.namespace, 100);
      // A queue takes a new limit when it comes to it.
      const flow = scene.flow(perSecond);
      await ingestor.logged(/refused/);
      await flow.stop();
      // What is refused is kept, and nothing more is read.
      expect(await unconfirmed(ingestor)).toBeGreaterThan(0);
      // Emptied by its consumers, while it is still as small.
      await scene.collect();
      await rabbitmq.limitQueues(scene.namespace, undefined);
      scene.faultEnds();
      const report = await scene.report(ingestor);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report.repeats).toBe(0);
      expect(scene.discord.gateway.identifies).toBe(1);
    },
  );
});
