import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy, waitFor, type AppProcess } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { forgetfulGateway, Scene } from '../testing/scene.ts';

const perSecond = 500;
const timeoutMs = 60_000;

/** Nothing lost, nothing repeated, and the session that was opened first is the only one. */
async function expectOneSession(scene: Scene, ingestor: AppProcess): Promise<void> {
  const report = await scene.report(ingestor);
  expect(report.faults, String(report)).toEqual([]);
  expect(report).toMatchObject({ repeats: 0, disordered: [], sessions: 1, notices: [] });
  expect(scene.discord.gateway.identifies).toBe(1);
}

const resumes = (scene: Scene) => scene.discord.gateway.statistics.resumes;

describe.concurrent('an ingestor whose gateway connection', () => {
  it(
    'is cut or closed again and again resumes each time',
    async () => {
      await using scene = await Scene.start({ gateway: forgetfulGateway });
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      for (const code of [undefined, 4000, 1011]) {
        const before = resumes(scene);
        scene.discord.gateway.disconnect({ code });
        await waitFor(() => resumes(scene) > before, { what: `a RESUME after ${code ?? 'a cut'}` });
      }
      await flow.stop();
      await expectOneSession(scene, ingestor);
    },
    timeoutMs,
  );

  it(
    'is asked to reconnect in a storm (op 7) comes to rest with the same session',
    async () => {
      await using scene = await Scene.start({ gateway: forgetfulGateway });
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      for (let asked = 0; asked < 30; asked += 1) {
        scene.discord.gateway.requestReconnect();
        await delay(50);
      }
      await waitFor(() => resumes(scene) > 0, { what: 'a RESUME' });
      await flow.stop();
      await expectOneSession(scene, ingestor);
    },
    timeoutMs,
  );

  it(
    'has its session taken back for a moment (op 9, resumable) resumes it',
    async () => {
      await using scene = await Scene.start({ gateway: forgetfulGateway });
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      scene.discord.gateway.invalidateSession({ resumable: true });
      await waitFor(() => resumes(scene) === 1, { what: 'a RESUME' });
      await flow.stop();
      await expectOneSession(scene, ingestor);
    },
    timeoutMs,
  );

  it(
    'turns into a zombie is replaced, and nothing that was said meanwhile is missed',
    async () => {
      await using scene = await Scene.start({ gateway: forgetfulGateway });
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      scene.discord.gateway.silence({}, true);
      await ingestor.logged(/zombie/);
      await waitFor(() => resumes(scene) === 1, { what: 'a RESUME' });
      await flow.stop();
      await expectOneSession(scene, ingestor);
    },
    timeoutMs,
  );

  it(
    'is half-open, so that neither side hears of the end of the other, is replaced',
    async () => {
      await using scene = await Scene.start({ gateway: forgetfulGateway });
      const { hostname, port, pathname } = new URL(scene.discord.gatewayUrl);
      await using proxy = await TcpProxy.start(hostname, Number(port));
      scene.discord.announceGateway(`ws://127.0.0.1:${proxy.port}${pathname}`);
      const ingestor = await scene.startReadyIngestor();
      expect(proxy.connections).toBe(1);
      const flow = scene.flow(perSecond);
      await waitFor(() => flow.count > 100, { what: 'events on their way' });
      proxy.pause();
      await ingestor.logged(/zombie/);
      proxy.resume();
      await waitFor(() => resumes(scene) === 1, { what: 'a RESUME' });
      await flow.stop();
      await expectOneSession(scene, ingestor);
    },
    timeoutMs,
  );

  it(
    'cannot be had for a while, since Discord is away, is back with the same session',
    async () => {
      await using scene = await Scene.start({ gateway: forgetfulGateway });
      const ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      scene.discord.gateway.setOutage(true);
      scene.discord.gateway.disconnect({});
      await waitFor(async () => /not ready/.test((await ingestor.get('/readyz')).text), { what: 'being unready' });
      const attempts = () => ingestor.log.filter(({ msg }) => msg === 'shard 0 disconnected').length;
      await waitFor(() => attempts() >= 3, { what: 'attempts in vain' });
      scene.discord.gateway.setOutage(false);
      await flow.stop();
      await expectOneSession(scene, ingestor);
    },
    timeoutMs,
  );
});
