import { StateManager } from '@arrakis/state';
import { PrivateRedis, testServices, waitFor, type AppProcess } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Scene } from '../testing/scene.ts';

const perSecond = 400;

/** A scene whose Redis is its own. */
async function sceneWithRedis() {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await PrivateRedis.start());
  const { rabbitmqUrl } = await testServices();
  const scene = stack.use(await Scene.start({ settings: { REDIS_URL: redis.url } }));
  const { namespace, applicationId } = scene;
  const state = new StateManager({ url: redis.url, namespace, applicationId });
  stack.defer(() => state.close());
  /** Waits until the session is stored as of its last event. */
  const stored = () =>
    waitFor(
      async () =>
        (await state.sessions.load({ id: 0, count: 1 }))?.sequence === scene.discord.gateway.sessions()[0]?.sequence,
      {
        what: 'the session to be stored',
        timeoutMs: 20_000,
      },
    );
  const resources = stack.move();
  return { scene, redis, rabbitmqUrl, stored, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Nothing lost, and the session that was opened first is the only one. */
async function expectOneSession(task: Parameters<Scene['record']>[0], scene: Scene, ingestor: AppProcess) {
  const report = await scene.report(ingestor);
  scene.record(task, report);
  expect(report.faults, String(report)).toEqual([]);
  expect(report.disordered).toEqual([]);
  expect(scene.discord.gateway.identifies).toBe(1);
  return report;
}

describe.concurrent('an ingestor whose Redis', { timeout: 60_000, tags: ['fault-13'] }, () => {
  it('is killed and comes back goes on meanwhile, and its sessions outlive it again', async ({ task }) => {
    await using given = await sceneWithRedis();
    const { scene, redis, stored } = given;
    const ingestor = await scene.startReadyIngestor();
    const flow = scene.flow(perSecond);
    await redis.end('killed');
    const before = flow.count;
    await ingestor.logged(/sessions cannot be stored/);
    await waitFor(() => flow.count > before + perSecond, { what: 'a second' });
    const confirmed = await ingestor.metric('bot_gateway_events_total{priority="0",event_type="member.join"}');
    expect(confirmed).toBeGreaterThan(before);
    await redis.start();
    scene.faultEnds();
    await flow.stop();
    await stored();
    await ingestor.end('SIGKILL');
    const successor = await scene.startReadyIngestor();
    expect((await expectOneSession(task, scene, successor)).repeats).toBe(0);
  });

  it('answers nothing for a while goes on meanwhile, and its sessions outlive it again', async ({ task }) => {
    await using given = await sceneWithRedis();
    const { scene, redis, stored } = given;
    const ingestor = await scene.startReadyIngestor();
    const flow = scene.flow(perSecond);
    await redis.freeze(true);
    await ingestor.logged(/sessions cannot be stored/);
    await redis.freeze(false);
    scene.faultEnds();
    await ingestor.logged(/sessions are being stored again/);
    await flow.stop();
    await stored();
    await ingestor.end('SIGKILL');
    await expectOneSession(task, scene, await scene.startReadyIngestor());
  });

  it('has forgotten everything stores its sessions anew, even if nothing happens', async ({ task }) => {
    await using given = await sceneWithRedis();
    const { scene, redis, stored } = given;
    const ingestor = await scene.startReadyIngestor();
    scene.join(50);
    await stored();
    await redis.end('killed');
    await redis.start({ empty: true });
    scene.faultEnds();
    await stored();
    await ingestor.end('SIGKILL');
    scene.join(50);
    await expectOneSession(task, scene, await scene.startReadyIngestor());
  });

  it('is away when it is killed repeats what came since, and loses nothing', async ({ task }) => {
    await using given = await sceneWithRedis();
    const { scene, redis, stored } = given;
    const ingestor = await scene.startReadyIngestor();
    await stored();
    await redis.end('stopped');
    scene.join(200);
    await scene.settled(ingestor);
    await ingestor.end('SIGKILL');
    await redis.start();
    scene.faultEnds();
    expect((await expectOneSession(task, scene, await scene.startReadyIngestor())).repeats).toBeLessThanOrEqual(200);
  });

  it('is away when it starts waits for the sessions of its predecessor', async ({ task }) => {
    await using given = await sceneWithRedis();
    const { scene, redis } = given;
    expect(await (await scene.startReadyIngestor()).end('SIGTERM')).toBe(0);
    await redis.end('stopped');
    scene.join(200);
    const successor = scene.startIngestor();
    const waits = async () => /Redis is not connected/.test((await successor.get('/readyz')).text);
    await waitFor(waits, { what: 'the reason' });
    expect((await successor.get('/readyz')).status).not.toBe(200);
    expect(scene.discord.gateway.statistics.connections).toBe(0);
    await redis.start();
    scene.faultEnds();
    await successor.ready();
    expect((await expectOneSession(task, scene, successor)).repeats).toBe(0);
  });
});
