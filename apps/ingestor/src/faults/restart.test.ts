import { setTimeout as delay } from 'node:timers/promises';
import { repetitions } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { forgetfulGateway, Scene } from '../testing/scene.ts';

const perSecond = 500;

describe('an ingestor under load', () => {
  // Several side by side: what takes time is to start.
  it.concurrent.for([1, 2, 3])(
    'that is killed again and again, at any moment, loses nothing and identifies once (%i)',
    { timeout: repetitions(120_000), tags: ['fault-2'] },
    async (_, { task }) => {
      await using scene = await Scene.start({ gateway: { ...forgetfulGateway, heartbeatIntervalMs: 500 } });
      await (await scene.startReadyIngestor()).end('SIGKILL');
      const flow = scene.flow(perSecond);
      const kills = repetitions(5);
      for (let kill = 0; kill < kills; kill += 1) {
        const ingestor = scene.startIngestor();
        // Most get to work, some die while they start: before their first module is loaded, or in the handshake.
        if (kill % 3 > 0) await ingestor.logged(/shard 0 resumed/);
        await delay(600 * Math.random() * Math.random());
        await ingestor.end('SIGKILL');
      }
      const last = scene.startIngestor();
      scene.faultEnds();
      await last.ready();
      const sent = await flow.stop();
      const report = await scene.report(last);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ disordered: [], sessions: 1, notices: [] });
      // Were every successor killed before it has stored anything, five kills would repeat 1.5 times what was sent.
      expect(report.repeats).toBeLessThanOrEqual(2 * sent);
      expect(scene.discord.gateway.identifies).toBe(1);
    },
  );

  it.concurrent(
    'that is asked to stop, again and again, loses nothing and repeats nothing',
    { timeout: repetitions(120_000), tags: ['fault-20'] },
    async ({ task }) => {
      await using scene = await Scene.start({ gateway: forgetfulGateway });
      let ingestor = await scene.startReadyIngestor();
      const flow = scene.flow(perSecond);
      for (let stop = 0; stop < repetitions(4); stop += 1) {
        await delay(300 * Math.random());
        expect(await ingestor.end('SIGTERM')).toBe(0);
        ingestor = scene.startIngestor();
        await ingestor.ready();
      }
      await flow.stop();
      const report = await scene.report(ingestor);
      scene.record(task, report);
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ repeats: 0, disordered: [], sessions: 1 });
      expect(scene.discord.gateway.identifies).toBe(1);
      // A close code of 1000 or 1001 would have ended the session.
      expect(Object.keys(scene.discord.gateway.statistics.closesByClient)).not.toContain('1000');
    },
  );
});
