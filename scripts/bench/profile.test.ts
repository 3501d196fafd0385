import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { renderSelfTimes, selfTimes } from './profile.ts';

test('adds up the self time of each function, without the time in which nothing is executed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'profile-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const node = (id: number, functionName: string, url: string) => ({
    id,
    callFrame: { functionName, url, lineNumber: 9 },
  });
  const profile = {
    nodes: [
      node(1, '(idle)', ''),
      node(2, 'forward', 'file:///checkout/apps/ingestor/dist/forward.js'),
      node(3, 'forward', 'file:///checkout/apps/ingestor/dist/forward.js'),
      node(4, '', 'file:///checkout/node_modules/.pnpm/ws@1/node_modules/ws/lib/receiver.js'),
    ],
    samples: [1, 2, 3, 4, 1],
    timeDeltas: [5_000, 200, 300, 100, 9_000],
  };
  const file = join(folder, 'some.cpuprofile');
  await writeFile(file, JSON.stringify(profile));
  const times = await selfTimes(file, '/checkout');
  expect(times).toEqual([
    { name: 'forward', place: 'apps/ingestor/dist/forward.js:10', micros: 500 },
    { name: '(anonymous)', place: 'ws/lib/receiver.js:10', micros: 100 },
  ]);
  expect(renderSelfTimes(times, { events: 100, count: 1 }).split('\n')).toEqual([
    '   6.00  100.0 %  all',
    '   5.00   83.3 %  forward apps/ingestor/dist/forward.js:10',
  ]);
});
