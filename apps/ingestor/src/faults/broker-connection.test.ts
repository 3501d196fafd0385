import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy, testServices, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { forgetfulGateway, Scene } from '../testing/scene.ts';

const perSecond = 500;
const maxUnconfirmed = 500;
const timeoutMs = 60_000;

/** A scene in which a proxy stands between the ingestor and the broker. */
async function sceneWithProxy() {
  await using stack = new AsyncDisposableStack();
  const { rabbitmqUrl } = await testServices();
  const target = new URL(rabbitmqUrl);
  const proxy = stack.use(await TcpProxy.start(target.hostname, Number(target.port)));
  // With AMQP heartbeats each second a silent connection is given up within seconds.
  const url = new URL(proxy.rewrite(rabbitmqUrl));
  url.searchParams.set('heartbeat', '1');
  const settings = { RABBITMQ_URL: url.href, INGESTOR_MAX_UNCONFIRMED: String(maxUnconfirmed) };
  const scene = stack.use(await Scene.start({ settings, gateway: forgetfulGateway }));
  const resources = stack.move();
  return { scene, proxy, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

describe.concurrent('an ingestor whose broker connection', () => {
  it(
    'is cut before the confirms publishes again what they would have been for, and no more',
    { timeout: timeoutMs, tags: ['fault-3'] },
    async ({ task }) => {
      await using given = await sceneWithProxy();
      const { scene, proxy } = given;
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      // Confirms are on their way back whenever it is cut.
      proxy.delay(20);
      const cuts = 6;
      for (let cut = 0; cut < cuts; cut += 1) {
        const { count } = flow;
        await waitFor(() => flow.count > count + 100 && proxy.connections > 0, { what: 'events on their way' });
        proxy.cut();
        await waitFor(() => proxy.connections > 0, { what: 'a new connection' });
      }
      proxy.delay(0);
      scene.faultEnds();
      await flow.stop();
      const report = await scene.report(ingestor);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ disordered: [], sessions: 1, notices: [] });
      expect(report.repeats).toBeLessThanOrEqual(cuts * maxUnconfirmed);
      expect(scene.discord.gateway.identifies).toBe(1);
    },
  );

  it(
    'is cut while it is being set up tries until it succeeds',
    { timeout: timeoutMs, tags: ['fault-6'] },
    async ({ task }) => {
      await using given = await sceneWithProxy();
      const { scene, proxy } = given;
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      proxy.delay(5);
      const losses = () => ingestor.log.filter(({ msg }) => msg === 'broker disconnected').length;
      // Each handshake and each declaration takes some round trips; it ends after a few, then after a few more.
      for (let roundTrips = 0; roundTrips < 6; roundTrips += 1) {
        const before = losses();
        await waitFor(() => proxy.connections > 0, { what: 'an attempt to connect' });
        await delay(15 * roundTrips);
        proxy.cut();
        await waitFor(() => losses() > before, { what: 'its end' });
      }
      proxy.delay(0);
      scene.faultEnds();
      await flow.stop();
      const report = await scene.report(ingestor);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ disordered: [], sessions: 1, notices: [] });
    },
  );

  it(
    'swallows everything without a word is given up, and what it has swallowed is sent again',
    { timeout: timeoutMs, tags: ['fault-4'] },
    async ({ task }) => {
      await using given = await sceneWithProxy();
      const { scene, proxy } = given;
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      await waitFor(() => flow.count > 100, { what: 'events on their way' });
      proxy.pause();
      await ingestor.logged(/broker disconnected/);
      // What was swallowed arrives after all, beside what is sent again.
      proxy.resume();
      scene.faultEnds();
      await flow.stop();
      const report = await scene.report(ingestor);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ disordered: [], sessions: 1, notices: [] });
      expect(report.repeats).toBeLessThanOrEqual(maxUnconfirmed);
      expect(scene.discord.gateway.identifies).toBe(1);
    },
  );
});
