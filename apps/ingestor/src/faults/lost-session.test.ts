import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Scene } from '../testing/scene.ts';

const timeoutMs = 60_000;

describe.concurrent('what Discord will not send again is told', () => {
  it(
    'when the replay has expired, as the loss of the session from what was confirmed last',
    async () => {
      await using scene = await Scene.start({ gateway: { replayBufferSize: 200 } });
      const first = await scene.startReadyIngestor();
      scene.join(50);
      await scene.settled(first);
      const [session] = scene.discord.gateway.sessions();
      expect(await first.end('SIGTERM')).toBe(0);
      // More than Discord keeps.
      scene.join(500);
      const successor = scene.startIngestor();
      await successor.ready();
      scene.join(50);
      await scene.settled(successor);
      const report = await scene.collect({ missing: 500 });
      expect(report.missing.length).toBe(500);
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ repeats: 0, disordered: [], sessions: 2 });
      expect(report.notices).toEqual([
        {
          id: `${scene.applicationId}:${session?.sessionId}:lost`,
          type: 'gateway.session.lost',
          body: expect.objectContaining({
            session_id: session?.sessionId,
            shard_id: 0,
            confirmed: session?.sequence,
            received: session?.sequence,
          }),
        },
      ]);
      expect(scene.discord.gateway.identifies).toBe(2);
    },
    timeoutMs,
  );

  it(
    'when it has ended the session itself (op 9), each time, and nothing received is lost with it',
    async () => {
      await using scene = await Scene.start();
      const ingestor = await scene.startReadyIngestor();
      for (let ended = 1; ended <= 2; ended += 1) {
        scene.join(100);
        scene.discord.gateway.invalidateSession({ resumable: false });
        await waitFor(() => scene.discord.gateway.identifies === ended + 1, { what: 'an IDENTIFY', timeoutMs: 20_000 });
        await scene.settled(ingestor);
      }
      scene.join(100);
      const report = await scene.report(ingestor);
      expect(report.faults, String(report)).toEqual([]);
      expect(report).toMatchObject({ missing: [], repeats: 0, disordered: [], sessions: 3 });
      expect(report.notices.map(({ type }) => type)).toEqual(['gateway.session.lost', 'gateway.session.lost']);
      // Twice in a row after an invalid session: each time it has waited a second at least.
      expect(ingestor.log.filter(({ msg }) => msg.includes('could not resume'))).toHaveLength(2);
    },
    timeoutMs,
  );

  it(
    'when sequences are left out, as a gap, once',
    async () => {
      await using scene = await Scene.start();
      const ingestor = await scene.startReadyIngestor();
      const { gateway } = scene.discord;
      const [session] = gateway.sessions();
      const next = (session?.sequence ?? 0) + 1;
      const afterGap = `{"t":"GUILD_MEMBER_ADD","s":${next + 3},"op":0,"d":{"guild_id":"1"}}`;
      gateway.sendRaw({}, afterGap);
      await ingestor.logged(/left out 3 events/);
      // The simulated Discord itself left nothing out: these are the sequences that were skipped.
      scene.join(3);
      await scene.settled(ingestor);
      const report = await scene.collect({ missing: 3 });
      expect(report.notices).toEqual([
        {
          id: `${scene.applicationId}:${session?.sessionId}:gap:${next}-${next + 2}`,
          type: 'gateway.gap',
          body: { session_id: session?.sessionId, shard_id: 0, from: next, to: next + 2, missing: 3 },
        },
      ]);
      expect(report.missing.map(({ sequence }) => sequence)).toEqual([next, next + 1, next + 2]);
      expect(report.lost).toEqual([]);
    },
    timeoutMs,
  );
});
