import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testServices } from '@arrakis/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const result = z.object({
  findings: z.array(z.object({ title: z.string(), values: z.record(z.string(), z.array(z.number())) })),
});

/** Runs what `npm run bench` hands over to. */
async function bench(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const command = ['--conditions=source', 'scripts/bench/bench.ts', ...args];
  return run(process.execPath, command, { cwd: root, env: { ...process.env, ...env }, timeout: 60_000 });
}

describe('npm run bench', () => {
  test('measures a candidate, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const { rabbitmqUrl, redisUrl } = await testServices();
    // The baseline needs no build.
    const { stdout } = await bench(['ingest', '--quick', '--only', 'restart', '--candidate', 'baseline', '--json'], {
      RABBITMQ_URL: rabbitmqUrl,
      REDIS_URL: redisUrl,
    });
    const { findings } = result.parse(JSON.parse(stdout));
    const [resumed, identifies] = findings.map(({ values }) => values['baseline']);
    expect(findings[0]?.title).toMatch(/RESUMED after/);
    expect(resumed?.[0]).toBeGreaterThan(50);
    expect(identifies).toEqual([0]);
  });

  test('measures the whole path, to the last event acknowledged', { timeout: 60_000 }, async () => {
    const { rabbitmqUrl, redisUrl } = await testServices();
    const { stdout } = await bench(['path', '--quick', '--only', 'backlog', '--candidate', 'baseline', '--json'], {
      RABBITMQ_URL: rabbitmqUrl,
      REDIS_URL: redisUrl,
    });
    const { findings } = result.parse(JSON.parse(stdout));
    const [first = [], all = []] = findings.map(({ values }) => values['baseline']);
    expect(first[0]).toBeGreaterThan(10);
    expect(all[0]).toBeGreaterThanOrEqual(first[0] ?? Infinity);
  });

  test('says what it does not understand, with code 2', async () => {
    await expect(bench(['digest'])).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("not 'digest'") });
  });
});
