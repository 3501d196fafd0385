import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { forgetfulGateway, Scene } from '../testing/scene.ts';

describe.concurrent.each(['zlib-stream', 'zstd-stream'])('an ingestor with DISCORD_COMPRESSION=%s', (compression) => {
  it('that is killed under load loses nothing, and its successor resumes', { timeout: 60_000 }, async () => {
    await using scene = await Scene.start({
      // One that is answered too late ends its connection: there is time for it on a busy machine as well.
      gateway: { ...forgetfulGateway, heartbeatIntervalMs: 3_000 },
      settings: { DISCORD_COMPRESSION: compression },
    });
    const killed = await scene.startReadyIngestor();
    const flow = scene.flow(500);
    // Larger than a chunk of the stream.
    scene.join(5, { padding: 200_000 });
    await waitFor(() => flow.count > 200, { what: 'some load' });
    const acknowledged = () => scene.discord.gateway.sessions()[0]?.lastHeartbeatSequence ?? 0;
    await waitFor(() => acknowledged() > 200, { what: 'Discord to forget what a heartbeat has acknowledged' });
    await killed.end('SIGKILL');
    const last = scene.startIngestor();
    await last.logged(/shard 0 resumed/);
    await flow.stop();
    const report = await scene.report(last);
    expect(report.faults, String(report)).toEqual([]);
    expect(report).toMatchObject({ disordered: [], sessions: 1, notices: [] });
    const { identifies, resumes, connectionsByCompression } = scene.discord.gateway.statistics;
    expect({ identifies, resumes }).toEqual({ identifies: 1, resumes: 1 });
    expect(connectionsByCompression).toEqual({ [compression]: 2 });
  });
});
