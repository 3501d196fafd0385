import { TcpProxy, testServices } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Scene } from '../testing/scene.ts';

/** Within what a container platform grants, and the limit of the whole shutdown, in ms. */
const stopLimitMs = 25_000;

async function proxyBefore(service: string): Promise<{ proxy: TcpProxy; url: string }> {
  const target = new URL(service);
  const proxy = await TcpProxy.start(target.hostname, Number(target.port));
  return { proxy, url: proxy.rewrite(service) };
}

/** A scene of which the ingestors, and nobody else, can be cut off. */
async function sceneWithProxies() {
  await using stack = new AsyncDisposableStack();
  const { rabbitmqUrl, redisUrl } = await testServices();
  const [broker, redis] = await Promise.all([proxyBefore(rabbitmqUrl), proxyBefore(redisUrl)]);
  const proxies = [stack.use(broker.proxy), stack.use(redis.proxy)];
  const scene = stack.use(await Scene.start({ settings: { RABBITMQ_URL: broker.url, REDIS_URL: redis.url } }));
  const resources = stack.move();
  return { scene, proxies, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

describe.concurrent('an ingestor that is stopped while the broker and Redis', () => {
  it.each<[string, (proxy: TcpProxy) => void, (proxy: TcpProxy) => void]>([
    ['are silent', (proxy) => proxy.pause(), (proxy) => proxy.resume()],
    ['are gone', (proxy) => (proxy.refuse(true), proxy.cut()), (proxy) => proxy.refuse(false)],
  ])(
    '%s ends in time, and its successor gets what it could not publish',
    async (_, takeAway, giveBack) => {
      await using given = await sceneWithProxies();
      const { scene, proxies } = given;
      const ingestor = await scene.startReadyIngestor();
      proxies.forEach(takeAway);
      scene.join(100);
      const stoppedAt = performance.now();
      expect(await ingestor.end('SIGTERM')).toBe(0);
      expect(performance.now() - stoppedAt).toBeLessThan(stopLimitMs);
      proxies.forEach(giveBack);
      const report = await scene.report(await scene.startReadyIngestor());
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ missing: [], notices: [] });
      expect(scene.discord.gateway.identifies).toBe(1);
    },
    90_000,
  );
});
